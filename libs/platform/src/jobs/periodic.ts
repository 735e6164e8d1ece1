import { SetMetadata } from '@nestjs/common';

/** How a method of a provider is run again and again. */
export interface PeriodicOptions {
  /** Unique; also the key of its row and its label in metrics. */
  readonly name: string;
  readonly everyMs: number;
  /** `once`: by one replica, on the database's clock; `everywhere`: by every process, on its own. */
  readonly runs: 'once' | 'everywhere';
  /** Longest run, in milliseconds; for `once` also the lease, after which another replica may take over. */
  readonly timeoutMs: number;
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
