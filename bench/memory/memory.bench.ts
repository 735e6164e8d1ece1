import { setTimeout as delay } from 'node:timers/promises';
import { NODE_FLAGS, NODE_OPTIONS } from '../../bin/node-flags.js';
import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { heading, median, verdict } from '../support/report.js';

const ROUNDS = 3;
/** Time to settle before a measurement, in milliseconds. */
const SETTLE_MS = 15_000;

heading(
  'memory',
  `resident memory ${SETTLE_MS / 1_000} s after the start with an external database and no cluster, against bare Nest + Fastify + TypeORM; both with ${NODE_FLAGS.join(' ')} ${NODE_OPTIONS} and MALLOC_ARENA_MAX=2; ${ROUNDS} rounds`,
);

await withPostgres(async (target, directory) => {
  const variables = { ...variablesOf(target), KUBARR_STATE_DIR: directory, KUBARR_STORAGE_PATH: directory };
  const rounds: { product: number; bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const product = await ChildServer.start('./product-server.js', '/api/health/ready', variables);
    const bare = await ChildServer.start('./bare-server.js', '/api/health', variables);
    await delay(SETTLE_MS);
    rounds.push({ product: product.residentMiB, bare: bare.residentMiB });
    await product.stop();
    await bare.stop();
  }
  console.log(
    `product ${median(rounds.map(({ product }) => product)).toFixed(0)} MiB, bare server ${median(rounds.map(({ bare }) => bare)).toFixed(0)} MiB`,
  );
  verdict('idle memory, MiB', median(rounds.map(({ product }) => product)), { atMost: 170 }, 0);
  verdict('idle memory against the bare server', median(rounds.map(({ product, bare }) => product / bare)), {
    atMost: 1.6,
  });
});
