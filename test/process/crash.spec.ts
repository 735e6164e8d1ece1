import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomSeeded } from '../support/random-seeded.js';
import { finishSetup, ServerProcess } from '../support/server-process.js';

/** Rounds of kill -9. */
const ROUNDS = 25;

/** Sign-ins and changes under way at the same time. */
const CALLERS = 4;

/** Longest life of a round after its start, in milliseconds; each ends at a random moment within it. */
const LONGEST_ROUND_MS = 400;

/** What a caller got a success for, by the user agent that it named itself. */
interface Acknowledged {
  readonly userAgent: string;
  readonly action: 'login' | 'system_setting_changed';
  /** Cookie of the new session, for sign-ins. */
  readonly cookie?: string;
}

describe('kill -9 of server and PostgreSQL', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-crash-'));
    await chmod(directory, 0o755);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it(`loses nothing that was acknowledged, in ${ROUNDS} rounds at random moments, and starts again by itself`, async () => {
    let server = await ServerProcess.start(directory);
    const administrator = await finishSetup(server, join(directory, 'data'));
    const cookie = `kubarr_session=${administrator.cookies.get('kubarr_session')}`;
    let checked = 0;
    const random = randomSeeded();

    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged: Acknowledged[] = [];
      const work = Promise.all(
        Array.from({ length: CALLERS }, (_, caller) => keepBusy(server, cookie, caller, acknowledged)),
      );
      await delay(random() * LONGEST_ROUND_MS);
      await server.killEverything();
      await work;
      server = await ServerProcess.start(directory);

      const found = await recentEntries(server, cookie);
      for (const { userAgent, action, cookie: session } of acknowledged) {
        expect([round, action, found.get(userAgent)]).toEqual([round, action, action]);
        if (session) expect((await server.browser({ cookie: session }).get('/api/users/me')).status).toBe(200);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(ROUNDS);
    expect(await server.stop()).toBe(0);
  }, 900_000);
});

/** Signs in and changes settings in turn until the server is gone, noting what was acknowledged. */
async function keepBusy(
  server: ServerProcess,
  cookie: string,
  caller: number,
  acknowledged: Acknowledged[],
): Promise<void> {
  for (let n = caller; ; n++) {
    const userAgent = randomUUID();
    try {
      if (n % 2 === 0) {
        const browser = server.browser({ 'user-agent': userAgent });
        const answer = await browser.post('/auth/login', { username: 'admin', password: 'correct horse battery' });
        if (answer.status === 200)
          acknowledged.push({
            userAgent,
            action: 'login',
            cookie: `kubarr_session=${browser.cookies.get('kubarr_session')}`,
          });
      } else {
        const browser = server.browser({ 'user-agent': userAgent, cookie });
        const answer = await browser.put('/api/settings/registration_enabled', { value: String(n % 4 === 1) });
        if (answer.status === 200) acknowledged.push({ userAgent, action: 'system_setting_changed' });
      }
    } catch {
      return; // the server is gone
    }
  }
}

/** Actions of the newest entries by user agent, more of them than a round can make. */
async function recentEntries(server: ServerProcess, cookie: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const page of [1, 2, 3]) {
    const { logs } = (await server.browser({ cookie }).get(`/api/audit?per_page=100&page=${page}`)).body;
    for (const entry of logs) found.set(entry.user_agent, entry.action);
  }
  return found;
}
