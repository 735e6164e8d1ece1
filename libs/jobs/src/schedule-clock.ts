import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { asDatabaseError, DatabaseConnection } from '@kubarr/platform/database';
import { Log } from '@kubarr/platform/telemetry';
import { JobSchedules } from './job-schedules.js';
import { LocalSchedules } from './local-schedules.js';

/** Shortest and longest time between two checks, in milliseconds; the longest one notices a changed clock. */
const CHECK_MS = { shortest: 1_000, longest: 30_000 };

/** The name of the timer in the registry of @nestjs/schedule. */
const CHECK = 'job-schedules';

/** The timers of all schedules, in the registry of @nestjs/schedule. */
@Injectable()
export class ScheduleClock implements OnApplicationBootstrap, OnModuleDestroy {
  /** `firstCheckMs` after the start, so that overdue jobs do not compete with it. */
  readonly timing = { firstCheckMs: 30_000 };
  private isStopping = false;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly schedules: JobSchedules,
    private readonly localSchedules: LocalSchedules,
    private readonly connection: DatabaseConnection,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.checkAfter(this.timing.firstCheckMs);
    for (const { name, everyMs, startAfterMs } of this.localSchedules.options()) {
      const run = (): void => void this.localSchedules.run(name);
      this.scheduler.addInterval(name, setInterval(run, everyMs).unref());
      if (startAfterMs !== undefined) this.scheduler.addTimeout(name, setTimeout(run, startAfterMs).unref());
    }
  }

  onModuleDestroy(): void {
    this.isStopping = true;
    for (const name of [CHECK, ...this.localSchedules.options().map((options) => options.name)]) {
      if (this.scheduler.doesExist('timeout', name)) this.scheduler.deleteTimeout(name);
      if (this.scheduler.doesExist('interval', name)) this.scheduler.deleteInterval(name);
    }
  }

  private checkAfter(milliseconds: number): void {
    if (this.isStopping) return;
    const timer = setTimeout(() => {
      if (this.scheduler.doesExist('timeout', CHECK)) this.scheduler.deleteTimeout(CHECK);
      void this.check().then((dueInMs) =>
        this.checkAfter(Math.min(Math.max(dueInMs, CHECK_MS.shortest), CHECK_MS.longest)),
      );
    }, milliseconds);
    this.scheduler.addTimeout(CHECK, timer.unref());
  }

  private async check(): Promise<number> {
    if (!this.connection.isReady) return CHECK_MS.shortest;
    try {
      return await this.schedules.check();
    } catch (error) {
      if (!asDatabaseError(error)) this.log.error('The check of the schedules failed', { error });
      return CHECK_MS.longest;
    }
  }
}
