import { backOffMs } from '@kubarr/platform/timing';
import { type EntityManager } from 'typeorm';

/** Plain JSON that a job carries. Never a secret: administrators read it. */
export type JobData = Readonly<Record<string, unknown>>;

/** A sort of durable work: named steps, run one after the other by whichever replica holds the job. */
export interface JobDefinition {
  /** `<area>.<what>`; stored with each job, so it is never renamed once released. */
  readonly name: string;
  /** At least one, with unique names. A step that a newer release removed sends its jobs to the first one. */
  readonly steps: readonly JobStep[];
  /** How often a step is tried before the job fails; default 5. A kill in the middle of a step counts as a try. */
  readonly maxAttempts?: number;
  /** Longest run of one step, in milliseconds. */
  readonly timeoutMs: number;
  /** Wait before the second try, in milliseconds; doubles from try to try up to an hour. Default 2 000. */
  readonly firstRetryMs?: number;
  /** Jobs of this kind that one process runs at once; default 1. */
  readonly concurrency?: number;
  /** True for work that people did not ask for; it is left out of the jobs screen unless it fails. */
  readonly isHousekeeping?: boolean;
  /**
   * Tidies up before a job ends as failed or cancelled. Safe to repeat; when it throws, the job ends all the same. What
   * earlier steps made may be gone then, so that such a job is tried again from its first step.
   */
  cleanUp?(work: JobContext): Promise<void>;
}

/**
 * One step. It may run again after a kill, so that whatever it does outside the database must be safe to repeat; what
 * must happen exactly once belongs in {@link StepResult.inTransaction}.
 *
 * Errors: a KubarrError ends the job, for its text says what a person must do (except the kinds `unavailable`,
 * `too-many` and `internal`); anything else is tried again.
 */
export interface JobStep {
  readonly name: string;
  run(work: JobContext): Promise<StepResult | void>;
}

export interface StepResult {
  /** Merged into the state that later steps see. */
  readonly state?: JobData;
  /** Runs in the transaction that ends the step, after the lease was checked: all of it is kept, or nothing. */
  inTransaction?(transaction: EntityManager): Promise<void>;
  /**
   * The step is to run again, after this many milliseconds, counted as a first try; for work that comes in portions. A
   * wait of more than two hours is cut to that: such a step asks again.
   */
  readonly rerunAfterMs?: number;
}

/** What a step is given. */
export interface JobContext {
  readonly id: number;
  readonly subject: string;
  readonly input: JobData;
  readonly state: JobData;
  /** 1 for the first try of this step. */
  readonly attempt: number;
  /** True when this is the last try. */
  readonly isLastAttempt: boolean;
  /** Fires when the job is cancelled, its time is over, its lease is lost, or the process stops. Heed it. */
  readonly signal: AbortSignal;
  /** Tells how far it is, in any unit; stored and sent to listeners about once a second. */
  progress(done: number, total?: number): void;
  /** Adds a line to the output that administrators read; the newest 1 000 lines are kept, 500 characters each. */
  log(line: string): void;
}

export const DEFAULT_MAX_ATTEMPTS = 5;

const DEFAULT_FIRST_RETRY_MS = 2_000;
/** Longest wait between two tries, in milliseconds. */
export const MAX_RETRY_MS = 3_600_000;

/** Milliseconds to wait after the given try failed: doubles each time, less up to a quarter at random. */
export function retryDelay(kind: JobDefinition, attempt: number, random: () => number = Math.random): number {
  return backOffMs(attempt, { firstMs: kind.firstRetryMs ?? DEFAULT_FIRST_RETRY_MS, maxMs: MAX_RETRY_MS }, random);
}
