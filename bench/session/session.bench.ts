import autocannon from 'autocannon';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { fillHousehold, signInAll } from '../support/household.js';
import { heading, median, verdict } from '../support/report.js';
import { signedInCookie } from '../support/signed-in.js';

const CONNECTIONS = 32;
const SECONDS = 5;
const ROUNDS = 5;
/** A thousand with the administrator: as many as the caches hold. */
const PEOPLE = 999;
const ROLES = 50;

heading(
  'session',
  `GET /api/users/me, warm, against a public route of the same server with the same body; ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s each, in turn; ${PEOPLE + 1} accounts with three of ${ROLES} roles each, everybody signed in, one after the other on each connection; then everybody once, cold`,
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
  const start = (more: Record<string, string> = {}): Promise<ChildServer> =>
    ChildServer.start('./product-server.js', '/api/health/ready', { ...variables, ...more });

  const first = await start();
  const administrator = await signedInCookie(first.url, storage);
  const cookies = await signInAll(first.url, await fillHousehold(target, PEOPLE, ROLES));
  const me = await (await fetch(`${first.url}/api/users/me`, { headers: { cookie: cookies[0] ?? '' } })).text();
  await first.stop();

  const bodyFile = join(directory, 'body.json');
  await writeFile(bodyFile, me);
  const server = await start({ BENCH_BODY_FILE: bodyFile });
  const load = async (path: string): Promise<autocannon.Result> => {
    const result = await autocannon({
      url: server.url,
      connections: CONNECTIONS,
      duration: SECONDS,
      requests: cookies.map((cookie) => ({ method: 'GET' as const, path, headers: { cookie } })),
    });
    if (result.non2xx > 0 || result.errors > 0)
      throw new Error(`${path}: ${result.non2xx} bad answers, ${result.errors} errors`);
    return result;
  };
  await load('/api/users/me');
  await load('/api/baseline');

  const rounds: { me: autocannon.Result; baseline: autocannon.Result; queries: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await queriesOf(server);
    const me = await load('/api/users/me');
    rounds.push({ me, queries: (await queriesOf(server)) - before, baseline: await load('/api/baseline') });
  }
  const requests = median(rounds.map(({ me }) => me.requests.average));
  console.log(
    `/api/users/me   ${requests.toFixed(0)} requests/s, p50 ${median(rounds.map(({ me }) => me.latency.p50))} ms, p99 ${median(rounds.map(({ me }) => me.latency.p99))} ms`,
  );
  console.log(
    `public baseline ${median(rounds.map(({ baseline }) => baseline.requests.average)).toFixed(0)} requests/s`,
  );
  const total = rounds.reduce((sum, { me }) => sum + me.requests.total, 0);
  const queries = rounds.reduce((sum, { queries }) => sum + queries, 0);
  console.log(
    `queries on the pool for ${total} requests: ${queries} (contexts read again after a minute, times of last use, and scheduled jobs)`,
  );
  verdict(
    'throughput against the baseline',
    median(rounds.map(({ me, baseline }) => me.requests.average / baseline.requests.average)),
    { atLeast: 0.6 },
  );
  verdict('queries per request, warm', queries / total, { atMost: 0.005 }, 4);
  verdict('memory under this load, MiB', server.peakMiB, { atMost: 256 }, 0);
  await server.stop();

  const cold = await start();
  const ask = (path: string, cookie: string): Promise<Response> => fetch(`${cold.url}${path}`, { headers: { cookie } });
  await (await ask('/api/users/me', `${administrator.slice(0, -3)}xxx`)).text(); // loads the signing key, and nothing else
  const before = await queriesOf(cold);
  const startedAt = performance.now();
  for (const cookie of cookies) {
    const { status } = await ask('/api/users/me', cookie);
    if (status !== 200) throw new Error(`cold: ${status}`);
  }
  const milliseconds = (performance.now() - startedAt) / cookies.length;
  verdict('queries per request, cold', ((await queriesOf(cold)) - before) / cookies.length, { atMost: 2.02 });
  console.log(`each cold request took ${milliseconds.toFixed(2)} ms, one after the other`);

  await (await ask('/api/users', administrator)).text();
  // Local schedules query too, and so does each scrape of the metrics (its health checks): the fewest queries of several
  // lists, less those of a scrape, are the queries of one list.
  let lookQueries = Infinity;
  for (let n = 0; n < 5; n++) lookQueries = Math.min(lookQueries, -(await queriesOf(cold)) + (await queriesOf(cold)));
  let [bytes, listMilliseconds, listQueries] = [0, Infinity, Infinity];
  for (let n = 0; n < 5; n++) {
    const listed = await queriesOf(cold);
    const listStartedAt = performance.now();
    bytes = (await (await ask('/api/users?limit=1000', administrator)).text()).length;
    listMilliseconds = Math.min(listMilliseconds, performance.now() - listStartedAt);
    listQueries = Math.min(listQueries, (await queriesOf(cold)) - listed);
  }
  console.log(`list of ${PEOPLE + 1} accounts: ${listMilliseconds.toFixed(0)} ms, ${Math.round(bytes / 1_024)} KiB`);
  verdict('queries of that list', listQueries - lookQueries, { atMost: 1 }, 0);
  await cold.stop();
});

async function queriesOf(server: ChildServer): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return [...text.matchAll(/^kubarr_database_query_duration_seconds_count\S* (\d+)/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}
