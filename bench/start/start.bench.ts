import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { heading, median, verdict } from '../support/report.js';

const ROUNDS = 7;

heading(
  'start',
  `from the start of the process to its first good answer on a migrated external database, against bare Nest + Fastify + TypeORM; ${ROUNDS} rounds, in turn`,
);

await withPostgres(async (target, directory) => {
  const variables = {
    ...variablesOf(target),
    KUBARR_PORT: '0',
    KUBARR_LOG_FORMAT: 'pretty',
    KUBARR_STATE_DIR: directory,
    KUBARR_STORAGE_PATH: directory,
  };
  const time = async (script: string, path: string, ...words: string[]): Promise<number> => {
    const server = await ChildServer.start(script, path, variables, words);
    await server.stop();
    return server.startedInMs;
  };
  const product = () => time('../../dist/apps/server/src/main.js', '/api/health/ready', 'serve');
  const bare = () => time('./bare-server.js', '/api/health');
  await product();
  await bare();
  const rounds: { product: number; bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push({ product: await product(), bare: await bare() });
  console.log(
    `product ready in ${median(rounds.map(({ product }) => product)).toFixed(0)} ms, bare server in ${median(rounds.map(({ bare }) => bare)).toFixed(0)} ms`,
  );
  verdict('start against the bare server', median(rounds.map(({ product, bare }) => product / bare)), { atMost: 2 });
});
