import autocannon from 'autocannon';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AuditReader } from '../../libs/audit/src/audit-reader.js';
import { AuditTotals } from '../../libs/audit/src/statistics/audit-totals.job.js';
import { connectTo } from '../../test/support/test-data-source.js';
import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { fillHousehold } from '../support/household.js';
import { heading, median, verdict } from '../support/report.js';
import { signedInCookie } from '../support/signed-in.js';

const CONNECTIONS = 32;
const SECONDS = 4;
const ROUNDS = 5;
const ENTRIES = 100_000;
const DAYS = 400;
const USERS = 1_000;
const ROLES = 50;

/** A checkout of another commit, built: its server is measured in turn with this one, on the same database. */
const OTHER = process.env['KUBARR_BENCH_OTHER'];

const LISTS = [
  { name: 'audit filtered by action', path: '/api/audit?action=action7', atLeast: 1_050 },
  { name: 'audit statistics', path: '/api/audit/stats', atLeast: 1_000 },
  { name: `users list of ${USERS} accounts`, path: `/api/users?limit=${USERS}`, atLeast: 100 },
];

heading(
  'lists',
  `requests per second with ${CONNECTIONS} connections, against a public route of the same server with the same body; ${ROUNDS} rounds of ${SECONDS} s each, in turn; ${ENTRIES} audit entries spread over ${DAYS} days, 30 actions, 50 people, 1 in 20 a failure, the last 100 not in the totals yet; ${USERS} accounts in three of ${ROLES} roles each`,
);

await withPostgres(async (target, directory) => {
  const storage = join(directory, 'data');
  await mkdir(storage);
  const variables = { ...variablesOf(target), KUBARR_STORAGE_PATH: storage, KUBARR_SETUP_TOKEN: 'off' };
  const start = (more: Record<string, string> = {}, script = './product-server.js'): Promise<ChildServer> =>
    ChildServer.start(script, '/api/health/ready', { ...variables, KUBARR_STATE_DIR: directory, ...more });

  const first = await start();
  const cookie = await signedInCookie(first.url, storage);
  await first.stop();
  await fillHousehold(target, USERS - 1, ROLES);
  const database = await connectTo(target, 1);
  await database.query(
    `INSERT INTO audit_logs ("timestamp", user_id, username, action, resource_type, resource_id, details, ip_address, user_agent, success)
     SELECT now() - (1 - n::float / $1) * $2 * interval '1 day', n % 50, 'user' || n % 50, 'action' || n % 30, 'system', n::text,
       '{"setting":"x","old":"' || n % 977 || '","new":"b"}', '192.168.1.20', 'Mozilla/5.0 (X11; Linux x86_64)', n % 20 > 0
     FROM generate_series(1, $1::int) AS n`,
    [ENTRIES, DAYS],
  );
  await new AuditTotals(new AuditReader(database)).run();
  await database.query('VACUUM ANALYZE');
  const addFresh = () =>
    database.query(
      "INSERT INTO audit_logs (action, resource_type) SELECT 'login', 'session' FROM generate_series(1, 100)",
    );

  for (const { name, path, atLeast } of LISTS) {
    const probe = await start();
    await addFresh();
    const body = await (await fetch(`${probe.url}${path}`, { headers: { cookie } })).text();
    await probe.stop();
    const bodyFile = join(directory, 'body.json');
    await writeFile(bodyFile, body);
    const server = await start({ BENCH_BODY_FILE: bodyFile });
    const other = OTHER && (await start({}, pathToFileURL(join(OTHER, 'bench/support/product-server.js')).href));
    const load = async ({ url }: ChildServer, path: string): Promise<autocannon.Result> => {
      const result = await autocannon({
        url: `${url}${path}`,
        connections: CONNECTIONS,
        duration: SECONDS,
        headers: { cookie },
      });
      if (result.non2xx > 0 || result.errors > 0)
        throw new Error(`${path}: ${result.non2xx} bad answers, ${result.errors} errors`);
      return result;
    };
    await load(server, path);
    const rounds: { list: autocannon.Result; baseline: autocannon.Result; other: autocannon.Result | undefined }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({
        list: await load(server, path),
        baseline: await load(server, '/api/baseline'),
        other: other ? await load(other, path) : undefined,
      });
    const rate = median(rounds.map(({ list }) => list.requests.average));
    console.log(
      `${name}: ${rate.toFixed(0)} requests/s, p50 ${median(rounds.map(({ list }) => list.latency.p50))} ms, p97.5 ${median(rounds.map(({ list }) => list.latency.p97_5))} ms, ${Math.round(body.length / 1_024)} KiB`,
    );
    console.log(
      `  of the same body from a public route: ${median(rounds.map(({ list, baseline }) => list.requests.average / baseline.requests.average)).toFixed(2)} (${median(rounds.map(({ baseline }) => baseline.requests.average)).toFixed(0)} requests/s)`,
    );
    if (other) {
      const ratio = median(rounds.map(({ list, other }) => list.requests.average / (other?.requests.average ?? NaN)));
      console.log(
        `  against ${OTHER}: ${ratio.toFixed(2)} times its ${median(rounds.map(({ other }) => other?.requests.average ?? NaN)).toFixed(0)} requests/s`,
      );
      await other.stop();
    }
    verdict(`${name}, requests per second`, rate, { atLeast }, 0);
    await server.stop();
  }
  await database.destroy();
});
