import { backOffMs } from '@kubarr/platform/timing';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { type EntityManager } from 'typeorm';
import { JobInputInvalid } from './failure-text.js';

/** What it takes to enqueue a job. */
export interface JobType<Input extends object = object> {
  /** `<area>.<what>`, or the name of a schedule. Stored with each job: never rename it once released. */
  readonly name: string;
  /**
   * A class with class-validator rules; none = no input. Checked when the job is enqueued and again when it is claimed,
   * because another release may have enqueued it. Plain JSON, never a secret: administrators read it.
   */
  readonly input?: new () => Input;
}

/** Work that survives a kill at any point: steps that run one after the other, each on whichever replica claims the job. */
export interface JobDefinition<Input extends object = object, State extends object = object> extends JobType<Input> {
  /** At least one, with unique names. A job whose step this release does not know starts at the first one. */
  readonly steps: readonly JobStep<Input, State>[];
  /** Attempts at one step before the job fails; default 5. A kill in the middle of a step counts as an attempt. */
  readonly maxAttempts?: number;
  /** Longest run of one step, in milliseconds. */
  readonly timeoutMs: number;
  /** Wait before the second attempt, in milliseconds; doubles with each attempt, up to an hour. Default 2 000. */
  readonly firstRetryMs?: number;
  /** Jobs of this name that one process runs at once; default 1. */
  readonly concurrency?: number;
  /** True for work that no user requested; lists leave it out unless it fails. */
  readonly isHousekeeping?: boolean;
  /** True when {@link Scheduled} made the definition. */
  readonly isScheduled?: boolean;
  /**
   * Runs before a job ends as failed or cancelled. Must be safe to repeat; if it throws, the job ends anyway. It may
   * delete what earlier steps made, so a retried job starts at its first step.
   */
  cleanUp?(context: JobContext<Input, State>): Promise<void>;
}

/**
 * One step. It runs again after a kill, so its effects outside the database must be safe to repeat; what must happen
 * exactly once belongs in {@link StepResult.inTransaction}.
 *
 * Errors: a KubarrError fails the job at once, because its text tells a person what to do (except the kinds
 * `unavailable`, `too-many` and `internal`); the step is retried after any other error.
 */
export interface JobStep<Input extends object = object, State extends object = object> {
  readonly name: string;
  run(context: JobContext<Input, State>): Promise<StepResult<State> | void>;
}

export interface StepResult<State extends object = object> {
  /** Merged into the state that later steps read. */
  readonly state?: Partial<State>;
  /** Runs in the transaction that ends the step, after the lease was checked: all of it is stored, or nothing. */
  inTransaction?(transaction: EntityManager): Promise<void>;
  /** Run the step again after this many milliseconds, as a first attempt; at most two hours, longer waits are cut. */
  readonly rerunAfterMs?: number;
}

export interface JobContext<Input extends object = object, State extends object = object> {
  readonly id: number;
  readonly subject: string;
  readonly input: Input;
  /** Empty at the first step. */
  readonly state: Partial<State>;
  /** 1 for the first attempt at this step. */
  readonly attempt: number;
  readonly isLastAttempt: boolean;
  /** The request that enqueued the job, for log lines; `null` = the product itself. */
  readonly requestId: string | null;
  /** Fires when the job is cancelled, its time is over, its lease is lost, or the process stops. */
  readonly signal: AbortSignal;
  /** Reports progress in any unit; stored and sent to listeners about once a second. */
  readonly progress: (done: number, total?: number) => void;
  /** Adds a line to the output that administrators read: 500 characters, the newest 1 000 lines are kept. */
  log(line: string): void;
}

/** Types the steps of a job by its input and state; register the definition with `JobQueue`. */
export const defineJob = <Input extends object, State extends object = object>(
  definition: JobDefinition<Input, State>,
): JobDefinition<Input, State> => definition;

/** @throws JobInputInvalid naming the wrong fields, never their values. */
export function parseInput<Input extends object>({ name, input }: JobType<Input>, value: unknown): Input {
  if (!input) return {} as Input;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JobInputInvalid(name, 'an object');
  const parsed = plainToInstance(input, value);
  const errors = validateSync(parsed, { stopAtFirstError: true });
  if (errors.length > 0) throw new JobInputInvalid(name, errors.map(({ property }) => property).join(', '));
  return parsed;
}

export const DEFAULT_MAX_ATTEMPTS = 5;
const DEFAULT_FIRST_RETRY_MS = 2_000;

/** Longest wait between two attempts, in milliseconds. */
const MAX_RETRY_MS = 3_600_000;

/** Milliseconds to wait after the given attempt failed. */
export const retryDelay = ({ firstRetryMs = DEFAULT_FIRST_RETRY_MS }: JobDefinition, attempt: number): number =>
  backOffMs(attempt, { firstMs: firstRetryMs, maxMs: MAX_RETRY_MS });
