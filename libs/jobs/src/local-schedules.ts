import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { asDatabaseError } from '@kubarr/platform/database';
import { Log } from '@kubarr/platform/telemetry';
import { settleWithin } from '@kubarr/platform/timing';
import { failureText, RunInterrupted, RunTimedOut } from './failure-text.js';
import { JobMetrics } from './job-metrics.js';
import { type LocalOptions, type ScheduledMethod, type ScheduleStatus } from './schedule.js';
import { untilAborted } from './until-aborted.js';

interface LocalSchedule {
  readonly options: LocalOptions;
  readonly method: ScheduledMethod;
  status: ScheduleStatus;
  /** Until the method settles, even after its time is over. */
  running?: Promise<unknown> | undefined;
  interrupt?: AbortController;
}

/** Schedules with scope `local`: work of each process, such as storing what it has buffered. */
@Injectable()
export class LocalSchedules implements OnModuleDestroy {
  /** When the process stops, running methods have this long to react to their signal, in milliseconds. */
  readonly shutdownGrace = { ms: 2_000 };
  private readonly schedules = new Map<string, LocalSchedule>();
  private isStopping = false;

  constructor(
    private readonly metrics: JobMetrics,
    private readonly log: Log,
  ) {}

  /** For {@link ScheduleExplorer}. */
  add(options: LocalOptions, method: ScheduledMethod): void {
    const { name, scope, everyMs } = options;
    if (this.schedules.has(name)) throw new Error(`There are two schedules called ${name}`);
    const never = { nextRunAt: null, lastFinishedAt: null, lastOutcome: null, lastError: null };
    this.schedules.set(name, { options, method, status: { name, scope, everyMs, isRunning: false, ...never } });
    this.metrics.announce({ name, isScheduled: true });
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    for (const { interrupt } of this.schedules.values()) interrupt?.abort(new RunInterrupted('The server stops.'));
    await settleWithin(
      this.shutdownGrace.ms,
      Promise.all([...this.schedules.values()].flatMap(({ running }) => running ?? [])),
    );
  }

  options(): LocalOptions[] {
    return [...this.schedules.values()].map(({ options }) => options);
  }

  list(): ScheduleStatus[] {
    return [...this.schedules.values()].map(({ status, running }) => ({ ...status, isRunning: running !== undefined }));
  }

  /**
   * Runs the method now, in this process, unless it still runs. A failure is logged and shown, not thrown.
   *
   * @throws Error when there is no such schedule.
   */
  async run(name: string): Promise<void> {
    const schedule = this.schedules.get(name);
    if (!schedule) throw new Error(`There is no local schedule called ${name}`);
    if (this.isStopping) return;
    if (schedule.running) {
      this.log.warn('A scheduled job still runs from the last time; this run is skipped', { job: name });
      return;
    }
    const { options, method } = schedule;
    const interrupt = (schedule.interrupt = new AbortController());
    const timer = setTimeout(() => interrupt.abort(new RunTimedOut(options.timeoutMs)), options.timeoutMs);
    const endTimer = this.metrics.startTimer({ name, isScheduled: true });
    const work = (async () => method(interrupt.signal))();
    const ended = (): void => void (schedule.running = undefined);
    schedule.running = work.then(ended, ended);
    try {
      await untilAborted(work, interrupt.signal);
      interrupt.signal.throwIfAborted();
      this.end(schedule, 'succeeded', null);
    } catch (error) {
      if (this.isStopping) return;
      this.end(schedule, 'failed', failureText(error));
      this.log[asDatabaseError(error) ? 'warn' : 'error']('A scheduled job failed', { job: name, error });
    } finally {
      clearTimeout(timer);
      endTimer();
    }
  }

  private end(schedule: LocalSchedule, lastOutcome: 'succeeded' | 'failed', lastError: string | null): void {
    schedule.status = { ...schedule.status, lastFinishedAt: new Date(), lastOutcome, lastError };
    this.metrics.count({ name: schedule.status.name, isScheduled: true }, lastOutcome);
  }
}
