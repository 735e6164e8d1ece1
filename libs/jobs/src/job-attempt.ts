import { type EntityManager } from 'typeorm';
import { KubarrError } from '@kubarr/platform/errors';
import { failureText, RunInterrupted } from './failure-text.js';
import { type ClaimedJob, type Ending, type JobStore, type JobUpdate, LeaseLost } from './job-store.js';
import {
  DEFAULT_MAX_ATTEMPTS,
  type JobData,
  type JobDefinition,
  type JobStep,
  type JobContext,
  retryDelay,
} from './job-definition.js';

/** Why a step was interrupted. */
class Interrupted extends RunInterrupted {
  constructor(
    readonly why: 'cancelled' | 'time-limit' | 'lease-lost' | 'stopping',
    message: string,
  ) {
    super(message);
  }
}

/** News are written this often at most, in milliseconds. */
const UPDATE_EVERY_MS = 1_000;
const LINE_LENGTH = 500;
/** Lines kept in memory until they are written; what a job says beyond is dropped, with a word about it. */
const MAX_BUFFERED_LINES = 500;
const ERROR_LENGTH = 500;
/** After the signal a step has this long to end, in milliseconds; then it is left behind, and its lease lapses. */
const ABORT_GRACE_MS = 5_000;

/** What the attempt tells the worker once the job is no longer held. */
export interface AttemptEnd {
  readonly ending: Ending['type'] | 'lost';
  readonly error?: unknown;
}

/** One claim of a job: runs its steps from where it is until it ends, waits, or is interrupted. */
export class JobAttempt {
  private readonly interrupt = new AbortController();
  private lines: string[] = [];
  private progress: { done: number | null; total: number | null } = { done: null, total: null };
  private hasUpdate = false;
  private isRenewing = false;
  private aliveAt = performance.now();
  private updatedAt = 0;

  constructor(
    private readonly job: ClaimedJob,
    private readonly kind: JobDefinition,
    private readonly store: JobStore,
    /** Runs in the transaction that notes a failed try. */
    private readonly onFailure: (transaction: EntityManager, attempt: number, isFinal: boolean) => Promise<void>,
  ) {}

  /** Asks the running step to stop, for the reason given. */
  stop(why: 'cancelled' | 'stopping'): void {
    const text = why === 'cancelled' ? 'It was cancelled.' : 'The server stops.';
    this.interrupt.abort(new Interrupted(why, text));
  }

  /** @throws what the database says when the end could not be written; the lease then lapses. */
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
    const { kind, job } = this;
    const found = kind.steps.findIndex(({ name }) => name === job.step);
    let { attempt } = job;
    let state: JobData = job.state;
    if (job.isCancelWanted) return this.finish({ type: 'cancelled' }, state, attempt);
    const attempts = kind.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
    if (attempt > attempts) {
      const error = `The server stopped in the middle of it, ${attempts} times. Look at the server’s log, then try again.`;
      return this.finish({ type: 'failed', error }, state, attempt);
    }
    for (let index = Math.max(found, 0); ; index++) {
      const step = kind.steps[index] as JobStep;
      const work = this.work(state, attempt, attempts);
      try {
        const result = (await this.runStep(step, work)) ?? {};
        state = { ...state, ...result.state };
        const next = kind.steps[index + 1];
        const ending: Ending =
          result.rerunAfterMs !== undefined
            ? { type: 'again', afterMs: result.rerunAfterMs, state }
            : next
              ? { type: 'next-step', step: next.name, state }
              : { type: 'succeeded' };
        await this.store.end(job, ending, this.takeUpdate(), (transaction) =>
          Promise.resolve(result.inTransaction?.(transaction)),
        );
        if (ending.type !== 'next-step') return { ending: ending.type };
        attempt = 1;
      } catch (error) {
        return await this.endBadly(error, state, attempt, attempts);
      }
    }
  }

  private async endBadly(error: unknown, state: JobData, attempt: number, attempts: number): Promise<AttemptEnd> {
    const reason: unknown = this.interrupt.signal.aborted ? this.interrupt.signal.reason : error;
    if (reason instanceof LeaseLost) throw reason;
    if (reason instanceof Interrupted && reason.why === 'lease-lost') return { ending: 'lost' };
    if (reason instanceof Interrupted && reason.why === 'stopping') {
      await this.store.end(this.job, { type: 'release' }, this.takeUpdate());
      return { ending: 'release' };
    }
    if (reason instanceof Interrupted && reason.why === 'cancelled')
      return this.finish({ type: 'cancelled' }, state, attempt);
    const text = failureText(reason).slice(0, ERROR_LENGTH);
    this.log(text);
    if (attempt >= attempts || isFinal(reason))
      return this.finish({ type: 'failed', error: text }, state, attempt, reason);
    const afterMs = retryDelay(this.kind, attempt);
    await this.store.end(this.job, { type: 'retry', afterMs, error: text }, this.takeUpdate(), (transaction) =>
      this.onFailure(transaction, attempt, false),
    );
    return { ending: 'retry', error: reason };
  }

  /** The end of a job that did not succeed: tidies up first. */
  private async finish(
    ending: Ending & { type: 'failed' | 'cancelled' },
    state: JobData,
    attempt: number,
    error?: unknown,
  ): Promise<AttemptEnd> {
    if (this.kind.cleanUp) {
      const signal = AbortSignal.timeout(this.kind.timeoutMs);
      const work = { ...this.work(state, attempt, attempt), signal };
      await untilAborted(this.kind.cleanUp(work), signal).catch((cause: unknown) =>
        this.log(`Tidying up failed: ${failureText(cause)}`),
      );
    }
    await this.store.end(this.job, ending, this.takeUpdate(), async (transaction) => {
      if (ending.type === 'failed') await this.onFailure(transaction, attempt, true);
    });
    return { ending: ending.type, error };
  }

  private async runStep(step: JobStep, work: JobContext) {
    const { timeoutMs } = this.kind;
    const limit = setTimeout(() => {
      this.interrupt.abort(new Interrupted('time-limit', `It took longer than ${timeoutMs / 1_000} seconds.`));
    }, timeoutMs);
    try {
      work.signal.throwIfAborted();
      return await untilAborted(step.run(work), work.signal);
    } finally {
      clearTimeout(limit);
    }
  }

  private work(state: JobData, attempt: number, attempts: number): JobContext {
    const { id, subject, input } = this.job;
    return {
      id,
      subject,
      input,
      state,
      attempt,
      isLastAttempt: attempt >= attempts,
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
    else this.lines[MAX_BUFFERED_LINES - 1] = '… more was said than could be kept.';
  }

  private takeUpdate(): JobUpdate {
    const update = { ...this.progress, lines: this.lines };
    this.lines = [];
    this.hasUpdate = false;
    return update;
  }

  /** Writes update about once a second, and renews the lease in time. */
  private async tick(): Promise<void> {
    const now = performance.now();
    const { leaseMs } = this.store.timing;
    const isRenewalDue = now - this.aliveAt >= leaseMs / 3 - UPDATE_EVERY_MS / 2;
    const isUpdateDue = this.hasUpdate && now - this.updatedAt >= UPDATE_EVERY_MS;
    if (this.isRenewing || (!isRenewalDue && !isUpdateDue)) return;
    this.isRenewing = true;
    const update = this.takeUpdate();
    try {
      if (await this.store.renew(this.job, update)) this.stop('cancelled');
      this.aliveAt = now;
      this.updatedAt = now;
    } catch (error) {
      this.lines = [...update.lines, ...this.lines].slice(0, MAX_BUFFERED_LINES);
      this.hasUpdate = true;
      const isLost = error instanceof LeaseLost || performance.now() - this.aliveAt > leaseMs;
      if (isLost) this.interrupt.abort(new Interrupted('lease-lost', 'The lease was lost.'));
    } finally {
      this.isRenewing = false;
    }
  }
}

/** The promise's outcome; a while after the signal its reason, when the promise has not ended by then. */
async function untilAborted<Result>(working: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let patience: NodeJS.Timeout | undefined;
  let giveUp: (() => void) | undefined;
  const abandoned = new Promise<never>((_, reject) => {
    giveUp = () => {
      patience = setTimeout(() => reject(signal.reason as Error), ABORT_GRACE_MS);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([working, abandoned]);
  } finally {
    clearTimeout(patience);
    if (giveUp) signal.removeEventListener('abort', giveUp);
  }
}

/** A failure that trying again does not heal. */
function isFinal(error: unknown): boolean {
  return error instanceof KubarrError && !['unavailable', 'too-many', 'internal'].includes(error.kind);
}
