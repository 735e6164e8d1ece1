import { KubarrError } from '../errors/index.js';
import { type LockOwner } from './directory-lock.js';

/** Another process works in the state directory. `owner` is undefined when that process does not say who it is. */
export class StateDirectoryLocked extends KubarrError {
  readonly code = 'state.held';
  readonly kind = 'conflict';
  constructor(
    directory: string,
    readonly owner: LockOwner | undefined,
  ) {
    super(
      `The state directory ${directory} is in use by ${owner ? described(owner) : 'a process that does not answer'}. ` +
        `Stop that one first, or give this one a directory of its own with KUBARR_STATE_DIR.`,
    );
  }
}

/** The state directory cannot be made, written or locked. */
export class StateDirectoryUnusable extends KubarrError {
  readonly code = 'state.unusable';
  readonly kind = 'unavailable';
  constructor(directory: string, what: string, options?: { cause?: unknown }) {
    super(
      `The state directory ${directory} cannot be used: ${what}. ` +
        `Put that right, or choose another directory with KUBARR_STATE_DIR.`,
      options,
    );
  }
}

function described({ pid, host, startedAt, address }: LockOwner): string {
  return `the Kubarr process ${pid} on ${host} since ${startedAt}${address ? ` (${address})` : ''}`;
}
