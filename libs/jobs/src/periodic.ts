import { SetMetadata } from '@nestjs/common';

/** How a method of a provider is run again and again. */
export interface PeriodicOptions {
  /** Unique; also the key of its row and its label in metrics. */
  readonly name: string;
  /** Time from the end of a run to the begin of the next one, in milliseconds. */
  readonly everyMs: number;
  /** `once`: by one replica, on the database's clock; `everywhere`: by every process, on its own. */
  readonly runs: 'once' | 'everywhere';
  /** Longest run, in milliseconds. A replica that was killed is replaced a little after this time. */
  readonly timeoutMs: number;
  /** Time from the start of the process to the first run, in milliseconds; default `everyMs`, 30 s at most. */
  readonly startAfterMs?: number;
}

/** The method gets an AbortSignal that fires when its time is over or the process stops. It must be safe to repeat. */
export type PeriodicMethod = (signal: AbortSignal) => Promise<void> | void;

export const PERIODIC = 'kubarr:periodic';

/** Runs a provider's method periodically, see {@link PeriodicOptions}. */
export const Periodic =
  (options: PeriodicOptions) =>
  <Method extends PeriodicMethod>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ) => {
    SetMetadata(PERIODIC, options)(target, key, descriptor);
  };

/** How often a process asks whether a `once` job is due, at most, in milliseconds: another replica may have run it. */
const ASK_EVERY_MS = 30_000;

/** Milliseconds to the first run, or to the first question whether the job is due. */
export function firstDelay({ everyMs, startAfterMs }: PeriodicOptions): number {
  return startAfterMs ?? Math.min(everyMs, ASK_EVERY_MS);
}

/** Milliseconds to the next run. A `once` job is asked for four times a period, so that it begins a quarter late at most. */
export function nextDelay({ everyMs, runs }: PeriodicOptions): number {
  return runs === 'once' ? Math.min(everyMs / 4, ASK_EVERY_MS) : everyMs;
}

/** Up to a tenth longer, 5 s at most, so that jobs and replicas that started together do not stay in step. */
export function withJitter(delayMs: number, random: () => number = Math.random): number {
  return Math.round(delayMs + random() * Math.min(delayMs / 10, 5_000));
}
