import { type EntityManager } from 'typeorm';
import { KubarrError } from '@kubarr/platform/errors';
import { failureText, JobInputInvalid, RunInterrupted, RunTimedOut } from './failure-text.js';
import {
  DEFAULT_MAX_ATTEMPTS,
  type JobContext,
  type JobDefinition,
  type JobStep,
  parseInput,
  retryDelay,
  type StepResult,
} from './job-definition.js';
import { type JobRegistry } from './job-registry.js';
import { type ClaimedJob, type Ending, type JobStore, type JobUpdate, LeaseLost } from './job-store.js';
import { untilAborted } from './until-aborted.js';

/** Progress and output are stored this often at most, in milliseconds. */
const UPDATE_EVERY_MS = 1_000;
const LINE_LENGTH = 500;
/** Lines in memory until the next update; further ones are dropped, and the last line says so. */
const MAX_BUFFERED_LINES = 500;
const ERROR_LENGTH = 500;

class Cancelled extends RunInterrupted {}
class ProcessStops extends RunInterrupted {}

/** What the worker learns once the job is no longer leased. */
export interface AttemptEnd {
  readonly ending: Ending['type'] | 'lost';
  readonly error?: unknown;
}

/** One claim of a job: runs its steps from the current one until the job ends, waits, or is interrupted. */
export class JobAttempt {
  /** Resolves when the last step has settled: long after {@link run} if the step ignores its signal. */
  lastStep: Promise<unknown> = Promise.resolve();
  private readonly interrupt = new AbortController();
  private lines: string[] = [];
  private progress: { done: number | null; total: number | null } = { done: null, total: null };
  private hasUpdate = false;
  private isRenewing = false;
  private renewedAt = performance.now();
  private attempt: number;
  private readonly maxAttempts: number;
  private state: object;
  private input: object = {};

  constructor(
    private readonly job: ClaimedJob,
    private readonly definition: JobDefinition,
    private readonly store: JobStore,
    private readonly registry: JobRegistry,
  ) {
    this.attempt = job.attempt;
    this.state = job.state;
    this.maxAttempts = definition.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  }

  cancel(): void {
    this.interrupt.abort(new Cancelled('It was cancelled.'));
  }

  /** The job is released, and the attempt does not count. */
  release(): void {
    this.interrupt.abort(new ProcessStops('The server stops.'));
  }

  /** @throws the error of the database when the end could not be stored; the lease then expires. */
  async run(): Promise<AttemptEnd> {
    const ticking = setInterval(() => void this.tick(), Math.min(UPDATE_EVERY_MS, this.store.timing.leaseMs / 3));
    try {
      return await this.runSteps();
    } catch (error) {
      if (error instanceof LeaseLost) return { ending: 'lost' };
      throw error;
    } finally {
      clearInterval(ticking);
    }
  }

  private async runSteps(): Promise<AttemptEnd> {
    const { job, definition } = this;
    if (job.isCancelWanted) return this.finish({ type: 'cancelled' });
    if (this.attempt > this.maxAttempts) {
      const error = `The server stopped in the middle of it, ${this.maxAttempts} times. Look at the server’s log, then try again.`;
      return this.finish({ type: 'failed', error });
    }
    const startIndex = definition.steps.findIndex(({ name }) => name === job.step);
    for (let index = Math.max(startIndex, 0); ; index++) {
      try {
        this.input = parseInput(definition, job.input);
        const result = (await this.runStep(definition.steps[index] as JobStep)) ?? {};
        this.state = { ...this.state, ...result.state };
        const ending = this.endingOf(result, definition.steps[index + 1]);
        await this.store.end(job, ending, this.drainUpdate(), async (transaction) => {
          await result.inTransaction?.(transaction);
          if (definition.isScheduled && ending.type === 'succeeded')
            await this.store.recordOutcome(transaction, job, null);
        });
        if (ending.type !== 'next-step') return { ending: ending.type };
        this.attempt = 1;
      } catch (error) {
        return await this.fail(this.interrupt.signal.aborted ? this.interrupt.signal.reason : error);
      }
    }
  }

  private endingOf({ rerunAfterMs }: StepResult, next: JobStep | undefined): Ending {
    const { state } = this;
    if (rerunAfterMs !== undefined) return { type: 'again', afterMs: rerunAfterMs, state };
    return next ? { type: 'next-step', step: next.name, state } : { type: 'succeeded' };
  }

  private async fail(error: unknown): Promise<AttemptEnd> {
    if (error instanceof LeaseLost) throw error;
    if (error instanceof ProcessStops) {
      await this.store.end(this.job, { type: 'release' }, this.drainUpdate());
      return { ending: 'release' };
    }
    if (error instanceof Cancelled) return this.finish({ type: 'cancelled' });
    const text = failureText(error).slice(0, ERROR_LENGTH);
    this.log(text);
    if (this.attempt >= this.maxAttempts || isFinal(error)) return this.finish({ type: 'failed', error: text }, error);
    const afterMs = retryDelay(this.definition, this.attempt);
    await this.store.end(this.job, { type: 'retry', afterMs, error: text }, this.drainUpdate(), (transaction) =>
      this.publishFailure(transaction, false, 0),
    );
    return { ending: 'retry', error };
  }

  /** Cleans up, then ends the job without success. */
  private async finish(ending: Ending & { type: 'failed' | 'cancelled' }, error?: unknown): Promise<AttemptEnd> {
    const { definition, job } = this;
    if (definition.cleanUp) {
      const signal = AbortSignal.timeout(definition.timeoutMs);
      try {
        this.input = parseInput(definition, job.input);
        await untilAborted(definition.cleanUp({ ...this.context(), signal }), signal);
      } catch (cause) {
        this.log(`Cleaning up failed: ${failureText(cause)}`);
      }
    }
    await this.store.end(job, ending, this.drainUpdate(), async (transaction) => {
      if (ending.type !== 'failed') return;
      const failuresInARow = definition.isScheduled
        ? await this.store.recordOutcome(transaction, job, ending.error)
        : 0;
      await this.publishFailure(transaction, true, failuresInARow);
    });
    return { ending: ending.type, error };
  }

  private publishFailure(transaction: EntityManager, isFinal: boolean, failuresInARow: number): Promise<void> {
    const { attempt, definition, job } = this;
    const { id, title } = job;
    return this.registry.publishFailure(transaction, { id, definition, title, attempt, isFinal, failuresInARow });
  }

  private async runStep(step: JobStep): Promise<StepResult | void> {
    const { timeoutMs } = this.definition;
    const timer = setTimeout(() => this.interrupt.abort(new RunTimedOut(timeoutMs)), timeoutMs);
    try {
      this.interrupt.signal.throwIfAborted();
      const running = step.run(this.context());
      this.lastStep = running.catch(() => undefined);
      return await untilAborted(running, this.interrupt.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  private context(): JobContext {
    const { id, subject, requestId } = this.job;
    return {
      id,
      subject,
      requestId,
      input: this.input,
      state: this.state,
      attempt: this.attempt,
      isLastAttempt: this.attempt >= this.maxAttempts,
      signal: this.interrupt.signal,
      progress: (done, total) => {
        this.progress = {
          done: Math.round(done),
          total: total === undefined ? this.progress.total : Math.round(total),
        };
        this.hasUpdate = true;
      },
      log: (line) => this.log(line),
    };
  }

  private log(line: string): void {
    this.hasUpdate = true;
    if (this.lines.length < MAX_BUFFERED_LINES) this.lines.push(line.replaceAll('\0', '').slice(0, LINE_LENGTH));
    else this.lines[MAX_BUFFERED_LINES - 1] = '… further lines were dropped.';
  }

  private drainUpdate(): JobUpdate {
    const update = { ...this.progress, lines: this.lines };
    this.lines = [];
    this.hasUpdate = false;
    return update;
  }

  /** Stores an update, which renews the lease too, or only renews it when a third of it is over. */
  private async tick(): Promise<void> {
    const now = performance.now();
    const { leaseMs } = this.store.timing;
    const isRenewalDue = now - this.renewedAt >= leaseMs / 3 - UPDATE_EVERY_MS / 2;
    const isUpdateDue = this.hasUpdate && now - this.renewedAt >= UPDATE_EVERY_MS;
    if (this.isRenewing || (!isRenewalDue && !isUpdateDue)) return;
    this.isRenewing = true;
    const update = this.drainUpdate();
    try {
      const { isCancelWanted } = await this.store.renew(this.job, update);
      if (isCancelWanted) this.cancel();
      this.renewedAt = now;
    } catch (error) {
      this.lines = [...update.lines, ...this.lines].slice(0, MAX_BUFFERED_LINES);
      this.hasUpdate = true;
      if (error instanceof LeaseLost || performance.now() - this.renewedAt > leaseMs)
        this.interrupt.abort(new LeaseLost('The lease has expired'));
    } finally {
      this.isRenewing = false;
    }
  }
}

/** Whether another attempt cannot succeed. */
function isFinal(error: unknown): boolean {
  if (error instanceof JobInputInvalid) return true;
  return error instanceof KubarrError && !['unavailable', 'too-many', 'internal'].includes(error.kind);
}
