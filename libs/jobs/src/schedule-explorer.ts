import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { defineJob } from './job-definition.js';
import { JobRegistry } from './job-registry.js';
import { JobSchedules } from './job-schedules.js';
import { LocalSchedules } from './local-schedules.js';
import { SCHEDULED, type ScheduledMethod, type ScheduledOptions } from './schedule.js';

/** Attempts at a run of a schedule. */
const MAX_ATTEMPTS = 3;

/** Registers each provider method with `@Scheduled`. */
@Injectable()
export class ScheduleExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly registry: JobRegistry,
    private readonly schedules: JobSchedules,
    private readonly localSchedules: LocalSchedules,
  ) {}

  onModuleInit(): void {
    const instances = this.discovery.getProviders().map(({ instance }: { instance?: unknown }) => instance);
    for (const instance of new Set(instances)) if (typeof instance === 'object' && instance) this.explore(instance);
  }

  private explore(instance: object): void {
    for (const key of new MetadataScanner().getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
      const method = (instance as Record<string, unknown>)[key];
      if (typeof method !== 'function') continue;
      const options = Reflect.getMetadata(SCHEDULED, method) as ScheduledOptions | undefined;
      if (options) this.add(options, (signal) => (method as ScheduledMethod).call(instance, signal));
    }
  }

  private add(options: ScheduledOptions, method: ScheduledMethod): void {
    if (options.scope === 'local') return this.localSchedules.add(options, method);
    const { name, timeoutMs } = options;
    this.schedules.add(name, options);
    this.registry.register(
      defineJob({
        name,
        timeoutMs,
        maxAttempts: MAX_ATTEMPTS,
        isHousekeeping: true,
        isScheduled: true,
        steps: [
          {
            name: 'run',
            run: async ({ signal }) => {
              await method(signal);
              signal.throwIfAborted(); // a method that stops early has not finished
            },
          },
        ],
      }),
    );
  }
}
