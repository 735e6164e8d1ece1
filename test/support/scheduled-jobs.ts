import { JobQueue, JobSchedules, LocalSchedules } from '@kubarr/jobs';
import { DataSource } from 'typeorm';
import { type TestApplication } from './application.js';

/** A job once it has ended, in whatever way. */
export const finishedJob = (
  { app }: Pick<TestApplication, 'app'>,
  id: number,
): ReturnType<JobQueue['waitUntilFinished']> => app.get(JobQueue).waitUntilFinished(id, AbortSignal.timeout(60_000));

/** Runs a scheduled job now and waits until it has ended; a failure of a global one fails the test. */
export async function runScheduled(kubarr: Pick<TestApplication, 'app'>, name: string): Promise<void> {
  const { app } = kubarr;
  const local = app.get(LocalSchedules);
  if (local.list().some((schedule) => schedule.name === name)) return local.run(name);
  const id = await app
    .get(DataSource)
    .transaction((transaction) => app.get(JobSchedules).runNow(transaction, name, { userId: null, username: null }));
  const { status, error } = await finishedJob(kubarr, id);
  if (status !== 'succeeded') throw new Error(`${name} ${status}: ${error}`);
}
