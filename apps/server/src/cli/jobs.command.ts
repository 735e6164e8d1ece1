import { JobQueue, JobSchedules, JobWorker } from '@kubarr/jobs';
import { type Config } from '@kubarr/platform/config';
import { DataSource } from 'typeorm';
import { withServices } from './command-context.js';
import { printTable } from './print-table.js';

/** Prints every scheduled job with its last outcome. */
export function listJobs(config: Config): Promise<0> {
  return withServices(config, async (services): Promise<0> => {
    const schedules = await services.get(JobSchedules, { strict: false }).list();
    printTable(
      ['JOB', 'NEXT RUN', 'LAST RUN', 'OUTCOME'],
      schedules.map(({ name, nextRunAt, lastFinishedAt, lastOutcome, lastError }) => [
        name,
        nextRunAt?.toISOString() ?? '-',
        lastFinishedAt?.toISOString() ?? '-',
        lastError ?? lastOutcome ?? '-',
      ]),
    );
    return 0;
  });
}

/**
 * Runs a scheduled job now: in a server that works on the same database, or in this process, whichever claims it first.
 *
 * @returns Exit code 1 when the job failed; its output and error are printed.
 * @throws ScheduleNotFound
 */
export function runJob(config: Config, name: string): Promise<0 | 1> {
  return withServices(
    config,
    async (services): Promise<0 | 1> => {
      const queue = services.get(JobQueue, { strict: false });
      const id = await services
        .get(DataSource)
        .transaction((transaction) =>
          services.get(JobSchedules, { strict: false }).runNow(transaction, name, { userId: null, username: null }),
        );
      services.get(JobWorker, { strict: false }).wake();
      const { status, error } = await queue.waitUntilFinished(id);
      for (const { text } of await queue.output(id)) console.log(text);
      console.log(error === null ? `${name}: ${status}` : `${name}: ${status}. ${error}`);
      return status === 'succeeded' ? 0 : 1;
    },
    { job: name },
  );
}
