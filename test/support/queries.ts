import { MetricsRegistry } from '@kubarr/platform/telemetry';
import { type TestApplication } from './application.js';

/** Queries that `work` causes on the pool of an application, transactions included. */
export async function queriesDuring(kubarr: TestApplication, work: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    const text = await kubarr.app.get(MetricsRegistry).render();
    return [...text.matchAll(/^kubarr_database_query_duration_seconds_count\S* (\d+)/gm)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  };
  const before = await count();
  await work();
  return (await count()) - before;
}
