/**
 * A replica that runs jobs, to be killed: `node job-replica.mjs '<options>'`. Each step writes to a file, then, at
 * its end, to the table `job_effects`. It kills itself at the `killAt`-th point between two effects (0 = never), and ends
 * when as many jobs as there are `kinds` have succeeded.
 */
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { appendFileSync, writeSync } from 'node:fs';
import { CacheModule } from '../../dist/libs/platform/src/cache/index.js';
import { loadServerConfig } from '../../dist/apps/server/src/server-config.js';
import { ConfigModule } from '../../dist/libs/platform/src/config/index.js';
import { DatabaseModule } from '../../dist/libs/platform/src/database/index.js';
import { HealthModule } from '../../dist/libs/platform/src/health/index.js';
import { JobStore } from '../../dist/libs/jobs/src/job-store.js';
import { defineJob, JobQueue, JobsModule } from '../../dist/libs/jobs/src/index.js';
import { silentLog, TelemetryModule } from '../../dist/libs/platform/src/telemetry/index.js';
import { migrations } from '../../dist/migrations/index.js';

const { target, kinds, steps, folder, killAt } = JSON.parse(process.argv[2]);

let passed = 0;
let succeeded = 0;
function at(point) {
  if (++passed === killAt) {
    writeSync(1, point);
    process.kill(process.pid, 'SIGKILL');
  }
  if (point === 'succeeded: committed' && ++succeeded === kinds.length) process.exit(0);
}

function register(jobs) {
  for (const kind of kinds) {
    const run = (name) => () => {
      at(`${name}: begun`);
      appendFileSync(`${folder}/${kind}`, `${name}\n`);
      at(`${name}: done, not noted`);
      return Promise.resolve({
        inTransaction: async (transaction) => {
          await transaction.query('INSERT INTO job_effects (kind, step) VALUES ($1, $2)', [kind, name]);
          at(`${name}: within the transaction`);
        },
      });
    };
    jobs.register(defineJob({ name: kind, timeoutMs: 60_000, steps: steps.map((name) => ({ name, run: run(name) })) }));
  }
}

/** Nest calls the methods of the service; the points lie around two of them. */
function watch(store) {
  store.timing.leaseMs = 2_000; // longer than a busy machine makes a live process stand still
  const [claim, end] = [store.claim.bind(store), store.end.bind(store)];
  store.claim = async (names) => {
    const job = await claim(names);
    if (job) at('claimed');
    return job;
  };
  store.end = async (job, ending, ...rest) => {
    await end(job, ending, ...rest);
    at(`${ending.type}: committed`);
  };
}

const replica = await Test.createTestingModule({
  imports: [
    ConfigModule.forRoot(loadServerConfig({})),
    TelemetryModule.forRoot(silentLog(), { version: '1', channel: 'dev', commit: 'abc' }),
    DatabaseModule.forRoot({ target, directTarget: target, migrations }),
    CacheModule,
    ScheduleModule.forRoot(),
    HealthModule,
    JobsModule.forRoot({ isWorker: true }),
  ],
  providers: [{ provide: 'work', inject: [JobQueue], useFactory: register }],
}).compile();
watch(replica.get(JobStore));
await replica.init();
