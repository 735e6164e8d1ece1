import { type EntityManager } from 'typeorm';
import { KubarrError } from '@kubarr/platform/errors';
import { failureText, RunInterrupted } from '../failure-text.js';
import { type ClaimedJob, type Ending, type JobClaims, type JobNews, LeaseLost } from './job-claims.js';
import { DEFAULT_ATTEMPTS, type JobData, type JobKind, type JobStep, type JobWork, retryDelay } from './job-kind.js';

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
const NEWS_EVERY_MS = 1_000;
const LINE_LENGTH = 500;
/** Lines kept in memory until they are written; what a job says beyond is dropped, with a word about it. */
const MOST_LINES_HELD = 500;
const ERROR_LENGTH = 500;
/** After the signal a step has this long to end, in milliseconds; then it is left behind, and its lease lapses. */
const HEED_MS = 5_000;

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
  private hasNews = false;
  private isRenewing = false;
  private aliveAt = performance.now();
  private newsAt = 0;

  constructor(
    private readonly job: ClaimedJob,
    private readonly kind: JobKind,
    private readonly claims: JobClaims,
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
    const ticking = setInterval(() => void this.tick(), Math.min(NEWS_EVERY_MS, this.claims.timing.leaseMs / 3));
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
    const attempts = kind.attempts ?? DEFAULT_ATTEMPTS;
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
          result.againAfterMs !== undefined
            ? { type: 'again', afterMs: result.againAfterMs, state }
            : next
              ? { type: 'next-step', step: next.name, state }
              : { type: 'succeeded' };
        await this.claims.end(job, ending, this.takeNews(), (transaction) =>
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
      await this.claims.end(this.job, { type: 'give-back' }, this.takeNews());
      return { ending: 'give-back' };
    }
    if (reason instanceof Interrupted && reason.why === 'cancelled')
      return this.finish({ type: 'cancelled' }, state, attempt);
    const text = failureText(reason).slice(0, ERROR_LENGTH);
    this.say(text);
    if (attempt >= attempts || isFinal(reason))
      return this.finish({ type: 'failed', error: text }, state, attempt, reason);
    const afterMs = retryDelay(this.kind, attempt);
    await this.claims.end(this.job, { type: 'retry', afterMs, error: text }, this.takeNews(), (transaction) =>
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
    if (this.kind.abandon) {
      const signal = AbortSignal.timeout(this.kind.timeLimitMs);
      const work = { ...this.work(state, attempt, attempt), signal };
      await untilAborted(this.kind.abandon(work), signal).catch((cause: unknown) =>
        this.say(`Tidying up failed: ${failureText(cause)}`),
      );
    }
    await this.claims.end(this.job, ending, this.takeNews(), async (transaction) => {
      if (ending.type === 'failed') await this.onFailure(transaction, attempt, true);
    });
    return { ending: ending.type, error };
  }

  private async runStep(step: JobStep, work: JobWork) {
    const { timeLimitMs } = this.kind;
    const limit = setTimeout(() => {
      this.interrupt.abort(new Interrupted('time-limit', `It took longer than ${timeLimitMs / 1_000} seconds.`));
    }, timeLimitMs);
    try {
      work.signal.throwIfAborted();
      return await untilAborted(step.run(work), work.signal);
    } finally {
      clearTimeout(limit);
    }
  }

  private work(state: JobData, attempt: number, attempts: number): JobWork {
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
        this.hasNews = true;
      },
      say: (line) => this.say(line),
    };
  }

  private say(line: string): void {
    this.hasNews = true;
    if (this.lines.length < MOST_LINES_HELD) this.lines.push(line.replaceAll('\0', '').slice(0, LINE_LENGTH));
    else this.lines[MOST_LINES_HELD - 1] = '… more was said than could be kept.';
  }

  private takeNews(): JobNews {
    const news = { ...this.progress, lines: this.lines };
    this.lines = [];
    this.hasNews = false;
    return news;
  }

  /** Writes news about once a second, and renews the lease in time. */
  private async tick(): Promise<void> {
    const now = performance.now();
    const { leaseMs } = this.claims.timing;
    const isRenewalDue = now - this.aliveAt >= leaseMs / 3 - NEWS_EVERY_MS / 2;
    const isNewsDue = this.hasNews && now - this.newsAt >= NEWS_EVERY_MS;
    if (this.isRenewing || (!isRenewalDue && !isNewsDue)) return;
    this.isRenewing = true;
    const news = this.takeNews();
    try {
      if (await this.claims.renew(this.job, news)) this.stop('cancelled');
      this.aliveAt = now;
      this.newsAt = now;
    } catch (error) {
      this.lines = [...news.lines, ...this.lines].slice(0, MOST_LINES_HELD);
      this.hasNews = true;
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
      patience = setTimeout(() => reject(signal.reason as Error), HEED_MS);
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
