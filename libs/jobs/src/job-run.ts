import { RunInterrupted } from './failure-text.js';
import { type PeriodicMethod } from './periodic.js';

/** How a run ended. `stopped`: the process stops, the work may be unfinished. */
export type RunResult =
  { readonly outcome: 'succeeded' | 'stopped' } | { readonly outcome: 'failed'; readonly error: unknown };

/** One run of a job. */
export interface Run {
  /** Known at the latest when the time is over or the process stops; never rejects. */
  readonly result: Promise<RunResult>;
  /** The method itself has ended, which it may do late or, when it heeds no signal, never; never rejects. */
  readonly end: Promise<void>;
  readonly hasEnded: () => boolean;
}

class RunTookTooLong extends RunInterrupted {
  constructor(timeoutMs: number) {
    super(`It took longer than ${timeoutMs} ms.`);
  }
}

/** Starts the method and gives it a signal that fires after `timeoutMs` milliseconds or with `stopping`. */
export function startRun(method: PeriodicMethod, timeoutMs: number, stopping: AbortSignal): Run {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new RunTookTooLong(timeoutMs)), timeoutMs);
  const signal = AbortSignal.any([timeout.signal, stopping]);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  let isOver = false;
  const working = (async () => method(signal))().finally(() => {
    isOver = true;
  });
  const result = Promise.race([working, aborted])
    .then(
      (): RunResult => ({ outcome: stopping.aborted ? 'stopped' : 'succeeded' }),
      (error: unknown): RunResult => (stopping.aborted ? { outcome: 'stopped' } : { outcome: 'failed', error }),
    )
    .finally(() => clearTimeout(timer));
  return { result, end: working.catch(() => undefined), hasEnded: () => isOver };
}
