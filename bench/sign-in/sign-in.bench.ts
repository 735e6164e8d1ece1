import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { heading, verdict } from '../support/report.js';
import { signedInCookie } from '../support/signed-in.js';

const ATTEMPTS = 400;
const PERCENTILES = [1, 10, 25, 50, 75, 90, 99];

heading(
  'sign-in',
  `POST /auth/login with a wrong password: an account that exists against names that do not, ${ATTEMPTS} of each, in turn, one at a time, no limit on failures; answers must be the same, and times must not tell which is which`,
);

/** Milliseconds from the request to the whole answer. */
async function refusal(url: string, username: string): Promise<{ milliseconds: number; text: string }> {
  const startedAt = performance.now();
  const answer = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: 'certainly not the password' }),
  });
  const text = await answer.text();
  const milliseconds = performance.now() - startedAt;
  return { milliseconds, text: `${answer.status} ${text.replace(/urn:kubarr:request:[\w-]+/, '')}` };
}

/** Every hundredth value, sorted. */
const percentile = (sorted: readonly number[], percent: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;

/**
 * How often the response time alone identifies a known name: the area under the curve of both distributions. 0.5 is a coin flip; the error of
 * this figure for two samples of this size is about 0.02.
 */
function distinguishability(known: readonly number[], unknown: readonly number[]): number {
  let wins = 0;
  for (const a of known) for (const b of unknown) wins += a > b ? 1 : a === b ? 0.5 : 0;
  const area = wins / (known.length * unknown.length);
  return Math.max(area, 1 - area);
}

await withPostgres(async (target, directory) => {
  const storage = join(directory, 'data');
  await mkdir(storage);
  const server = await ChildServer.start('./product-server.js', '/api/health/ready', {
    ...variablesOf(target),
    KUBARR_STATE_DIR: directory,
    KUBARR_STORAGE_PATH: storage,
    KUBARR_SETUP_TOKEN: 'off',
    KUBARR_SIGN_IN_FAILURES_PER_ACCOUNT: '0',
    KUBARR_SIGN_IN_FAILURES_PER_ADDRESS: '0',
  });
  await signedInCookie(server.url, storage);
  const times = { known: [] as number[], unknown: [] as number[] };
  const answers = new Set<string>();
  for (let n = -20; n < ATTEMPTS; n++) {
    // In alternating order, so that neither benefits from the one before.
    for (const kind of n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
      const { milliseconds, text } = await refusal(server.url, kind === 'known' ? 'admin' : `nobody${n + 20}`);
      if (n < 0) continue; // warming up
      times[kind].push(milliseconds);
      answers.add(text);
    }
  }
  const sorted = { known: times.known.toSorted((a, b) => a - b), unknown: times.unknown.toSorted((a, b) => a - b) };
  console.log(`percentile, ms  ${PERCENTILES.map((percent) => `p${percent}`.padStart(7)).join('')}`);
  for (const kind of ['known', 'unknown'] as const) {
    const row = PERCENTILES.map((percent) => percentile(sorted[kind], percent).toFixed(1).padStart(7)).join('');
    console.log(`${kind.padEnd(16)}${row}`);
  }
  verdict('different answers', answers.size, { atMost: 1 }, 0);
  verdict('chance to recognise a known name by its response time', distinguishability(times.known, times.unknown), {
    atMost: 0.56,
  });
  await server.stop();
});
