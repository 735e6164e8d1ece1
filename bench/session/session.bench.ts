import autocannon from 'autocannon';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { heading, median, verdict } from '../support/report.js';
import { signedInCookie } from '../support/signed-in.js';

const CONNECTIONS = 32;
const SECONDS = 5;
const ROUNDS = 5;

heading(
  'session',
  `GET /api/users/me, warm, against a public route of the same server with the same body; ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s each, in turn; one administrator`,
);

await withPostgres(async (target, directory) => {
  const storage = join(directory, 'data');
  await mkdir(storage);
  const variables = {
    ...variablesOf(target),
    KUBARR_STATE_DIR: directory,
    KUBARR_STORAGE_PATH: storage,
    KUBARR_SETUP_TOKEN: 'off',
  };
  const first = await ChildServer.start('./product-server.js', '/api/health/ready', variables);
  const cookie = await signedInCookie(first.url, storage);
  const me = await (await fetch(`${first.url}/api/users/me`, { headers: { cookie } })).text();
  await first.stop();

  const server = await ChildServer.start('./product-server.js', '/api/health/ready', { ...variables, BENCH_BODY: me });
  const load = async (path: string): Promise<autocannon.Result> => {
    const result = await autocannon({
      url: `${server.url}${path}`,
      connections: CONNECTIONS,
      duration: SECONDS,
      headers: { cookie },
    });
    if (result.non2xx > 0 || result.errors > 0)
      throw new Error(`${path}: ${result.non2xx} bad answers, ${result.errors} errors`);
    return result;
  };
  const queries = async (): Promise<number> => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return [...text.matchAll(/^kubarr_database_query_duration_seconds_count\S* (\d+)/gm)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  };
  await load('/api/users/me');
  await load('/api/baseline');

  const rounds: { me: autocannon.Result; baseline: autocannon.Result; queries: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await queries();
    const me = await load('/api/users/me');
    rounds.push({ me, queries: (await queries()) - before, baseline: await load('/api/baseline') });
  }
  const requests = median(rounds.map(({ me }) => me.requests.average));
  console.log(
    `/api/users/me   ${requests.toFixed(0)} requests/s, p50 ${median(rounds.map(({ me }) => me.latency.p50))} ms, p99 ${median(rounds.map(({ me }) => me.latency.p99))} ms`,
  );
  console.log(
    `public baseline ${median(rounds.map(({ baseline }) => baseline.requests.average)).toFixed(0)} requests/s`,
  );
  console.log(
    `queries on the pool for ${rounds.reduce((sum, { me }) => sum + me.requests.total, 0)} requests: ${rounds.reduce((sum, { queries }) => sum + queries, 0)} (the notes of last use, and periodic jobs)`,
  );
  verdict(
    'throughput against the baseline',
    median(rounds.map(({ me, baseline }) => me.requests.average / baseline.requests.average)),
    { atLeast: 0.6 },
  );
  verdict(
    'queries per request',
    rounds.reduce((sum, { queries }) => sum + queries, 0) / rounds.reduce((sum, { me }) => sum + me.requests.total, 0),
    { atMost: 0.005 },
    4,
  );
  verdict('memory under this load, MiB', server.peakMiB, { atMost: 256 }, 0);
  await server.stop();
});
