import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '@kubarr/embedded-postgres';
import { type Browser } from '../support/browser.js';
import { childrenOf, finishSetup, ServerProcess } from '../support/server-process.js';

/** How long the database is away, in milliseconds: twice the longest answer, and a span between that must be all 503. */
const AWAY_MS = 15_000;

/** The connect time-out of 5 s, and a moment for the answer to arrive on a busy machine. */
const LONGEST_ANSWER_MS = 6_000;

/** All is well again within this time of the database's return, in milliseconds. */
const BACK_WITHIN_MS = 5_000;

interface Outcome {
  readonly status: number;
  readonly startedAt: number;
  readonly milliseconds: number;
}

/** Asks again and again, as eight open pages would. */
class Load {
  readonly outcomes: Outcome[] = [];
  private isOver = false;
  private readonly callers: Promise<void>[];

  constructor(browser: Browser) {
    const paths = ['/api/users/me', '/api/audit?per_page=5', '/auth/sessions', '/api/settings'];
    this.callers = Array.from({ length: 8 }, (_, caller) => this.call(browser, paths[caller % paths.length] ?? '/'));
  }

  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.callers);
  }

  between(from: number, to: number): Outcome[] {
    return this.outcomes.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  }

  private async call(browser: Browser, path: string): Promise<void> {
    while (!this.isOver) {
      const startedAt = performance.now();
      const { status } = await browser.get(path);
      this.outcomes.push({ status, startedAt, milliseconds: performance.now() - startedAt });
      await delay(20);
    }
  }
}

describe('A database that goes away under load', () => {
  let directory: string;
  let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  let server: ServerProcess;
  let browser: Browser;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-outage-'));
    await chmod(directory, 0o755);
    postgres = await startEmbeddedPostgres({ directory: join(directory, 'database') });
    const { host, port, user, database, password = '' } = postgres.target;
    server = await ServerProcess.start(join(directory, 'state'), {
      KUBARR_DB_HOST: host,
      KUBARR_DB_PORT: String(port),
      KUBARR_DB_USER: user,
      KUBARR_DB_NAME: database,
      KUBARR_DB_PASSWORD: password,
    });
    browser = await finishSetup(server, join(directory, 'state/data'));
  });
  afterAll(async () => {
    await server.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function expectCalm(
    goAway: () => Promise<void> | void,
    comeBack: () => Promise<void> | void,
    awayMs: number,
  ): Promise<void> {
    const load = new Load(browser);
    await delay(1_000);
    const away = performance.now();
    await goAway();
    await delay(awayMs);
    expect((await browser.get('/api/health')).status).toBe(200);
    expect((await browser.get('/api/health/ready')).status).toBe(503);
    expect((await browser.get('/api/setup/required')).body).toEqual({ setup_required: false, database_pending: true });
    expect((await browser.post('/auth/login', { username: 'admin', password: 'correct horse battery' })).status).toBe(
      503,
    );
    await comeBack();
    const back = performance.now();
    await delay(BACK_WITHIN_MS + 2_000);
    await load.end();

    const statuses = new Set(load.outcomes.map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(Math.max(...load.outcomes.map(({ milliseconds }) => milliseconds))).toBeLessThan(LONGEST_ANSWER_MS);
    const during = load.between(away + LONGEST_ANSWER_MS, back - LONGEST_ANSWER_MS);
    expect(new Set(during.map(({ status }) => status))).toEqual(new Set([503]));
    const after = load.between(back + BACK_WITHIN_MS, Infinity);
    expect(after.length).toBeGreaterThan(0);
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await browser.get('/api/health/ready')).status).toBe(200);
  }

  it('answers 503 in time, recovers by itself, and signs nobody out when the server is stopped', async () => {
    await expectCalm(
      () => postgres.stop(),
      async () => {
        postgres = await startEmbeddedPostgres({ directory: join(directory, 'database') });
      },
      AWAY_MS,
    );
  }, 120_000);

  it('does the same when the server accepts connections but does not answer', async () => {
    const everyone = [postgres.pid, ...childrenOf(postgres.pid)];
    const frozen = new Set<number>();
    const freeze = (): void => {
      for (const pid of [postgres.pid, ...childrenOf(postgres.pid)]) {
        process.kill(pid, 'SIGSTOP');
        frozen.add(pid);
      }
    };
    expect(everyone.length).toBeGreaterThan(1);
    await expectCalm(
      freeze,
      () => {
        for (const pid of frozen) process.kill(pid, 'SIGCONT');
      },
      AWAY_MS,
    );
  }, 120_000);
});
