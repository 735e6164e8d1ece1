import { KubarrError } from '../errors/index.js';
import { type LockOwner } from './directory-lock.js';

/** Another process has locked the state directory. `owner` is undefined when that process does not answer. */
export class StateDirectoryLocked extends KubarrError {
  readonly code = 'state.held';
  readonly kind = 'conflict';
  /** The message without what to do. */
  readonly finding: string;
  constructor(
    directory: string,
    readonly owner: LockOwner | undefined,
  ) {
    const finding = `The state directory ${directory} is in use by ${owner ? describe(owner) : 'a process that does not answer'}.`;
    super(`${finding} Stop that process, or choose another directory with KUBARR_STATE_DIR.`);
    this.finding = finding;
  }
}

/** The state directory cannot be created, written or locked. */
export class StateDirectoryUnusable extends KubarrError {
  readonly code = 'state.unusable';
  readonly kind = 'unavailable';
  constructor(directory: string, reason: string, options?: { cause?: unknown }) {
    super(
      `The state directory ${directory} cannot be used: ${reason}. ` +
        `Fix this, or choose another directory with KUBARR_STATE_DIR.`,
      options,
    );
  }
}

function describe({ pid, host, startedAt, address }: LockOwner): string {
  return `the Kubarr process ${pid} on ${host} since ${startedAt}${address ? ` (${address})` : ''}`;
}
