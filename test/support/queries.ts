import { SchedulerRegistry } from '@nestjs/schedule';
import { JobSchedules, JobWorker, LocalSchedules } from '@kubarr/jobs';
import { QueryObserver } from '../../libs/platform/src/database/query-observer.js';
import { type TestApplication } from './application.js';
import { reaches } from './reaches.js';

/**
 * Queries that `work` causes on the pool of an application, transactions included. Jobs would add theirs: from now on the
 * application starts no scheduled ones.
 */
export async function queriesDuring(kubarr: TestApplication, work: () => Promise<unknown>): Promise<number> {
  const scheduler = kubarr.app.get(SchedulerRegistry, { strict: false });
  for (const name of scheduler.getTimeouts()) scheduler.deleteTimeout(name);
  for (const name of scheduler.getIntervals()) scheduler.deleteInterval(name);
  const schedules = async () => [
    ...(await kubarr.app.get(JobSchedules).list()),
    ...kubarr.app.get(LocalSchedules).list(),
  ];
  await reaches(async () => (await schedules()).every(({ isRunning }) => !isRunning));
  await kubarr.app.get(JobWorker).idle();
  const observer = kubarr.app.get(QueryObserver, { strict: false });
  const finished = observer.finished.bind(observer);
  let queries = 0;
  observer.finished = (query) => {
    if (!query.text.includes('durable_jobs')) queries++;
    finished(query);
  };
  try {
    await work();
  } finally {
    observer.finished = finished;
  }
  return queries;
}
