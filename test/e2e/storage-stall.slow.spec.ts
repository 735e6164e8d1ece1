import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskCalls } from '../../libs/file-tree/src/disk/limited-fs.js';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';
import { mountDead } from '../support/dead-mount.js';
import { reaches } from '../support/reaches.js';

const { username, password } = ADMINISTRATOR;

/** As many as the database pool has connections: before, each held one. */
const STALLED_CALLS = 5;

/** Everything but the storage answers within this time, in milliseconds. */
const LIMIT_MS = 1_000;

/** A storage request is refused within this time, in milliseconds. */
const REFUSAL_LIMIT_MS = 8_000;

const canMountDead = ((): boolean => {
  const mount = process.platform === 'linux' ? mountDead(join(tmpdir(), `kubarr-dead-${process.pid}`)) : undefined;
  if (!mount) process.stderr.write('SKIPPED: a mount that never answers needs FUSE and the right to mount.\n');
  mount?.revive();
  return mount !== undefined;
})();

describe('While the disk does not respond', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  /** {@link LIMIT_MS}, or more on a machine so busy that a sign-in takes a good part of it without any stall. */
  let limitMs: number;
  beforeAll(async () => {
    kubarr = await TestApplication.start({ KUBARR_DB_MAX_CONNECTIONS: String(STALLED_CALLS) });
    administrator = kubarr.administrator();
    limitMs = Math.max(LIMIT_MS, 5 * (await timed(signIn)));
  });
  afterAll(() => kubarr.close());

  /** Milliseconds that a request takes whose answer is 200. */
  const timed = async (request: () => Promise<Answer>): Promise<number> => {
    const start = performance.now();
    expect([request.toString(), (await request()).status]).toEqual([request.toString(), 200]);
    return performance.now() - start;
  };
  const signIn = (): Promise<Answer> => kubarr.browser().post('/auth/login', { username, password });
  const expectTheRestToAnswer = async (): Promise<void> => {
    for (const request of [
      signIn,
      () => administrator.get('/api/audit'),
      () => administrator.get('/api/users/me'),
      () => administrator.get('/api/health/ready'),
      () => administrator.get('/api/system/health'),
    ])
      expect(await timed(request)).toBeLessThan(limitMs);
  };
  const createDirectory = (path: string): Promise<Answer> => administrator.post('/api/storage/mkdir', { path });
  const expectNoTrace = async (): Promise<void> => {
    expect(await kubarr.dataSource.query('SELECT action FROM storage_intents')).toEqual([]);
    const written = "SELECT resource_id FROM audit_logs WHERE action = 'storage_directory_created' ORDER BY id";
    expect(await kubarr.dataSource.query(written)).toEqual([{ resource_id: 'back' }]);
    await kubarr.dataSource.query("DELETE FROM audit_logs WHERE action = 'storage_directory_created'");
    await rm(join(kubarr.storage, 'back'), { recursive: true });
  };

  (canMountDead ? it : it.skip)(
    'five calls to a mount that never answers leave sign-in, audit, own account and readiness alone',
    async () => {
      const mount = mountDead(join(kubarr.storage, 'dead'));
      const answers: Answer[] = [];
      const requests = Array.from({ length: STALLED_CALLS }, (_, number) =>
        createDirectory(`dead/${number}`).then((answer) => answers.push(answer)),
      );
      try {
        await expectTheRestToAnswer();
        await reaches(() => answers.length > 0, REFUSAL_LIMIT_MS);
        await expectTheRestToAnswer();
        const start = performance.now();
        expect((await administrator.get('/api/storage/browse')).body).toMatchObject({
          status: 503,
          code: 'storage.not-responding',
        });
        expect(performance.now() - start).toBeLessThan(limitMs);
      } finally {
        mount?.revive();
      }
      await Promise.all(requests);
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: STALLED_CALLS }, () => 503));
      expect((await createDirectory('back')).status).toBe(200);
      await expectNoTrace();
    },
    60_000,
  );

  it('five calls that occupy threads of the process do the same', async () => {
    const pipe = join(tmpdir(), `kubarr-pipe-${process.pid}`);
    execFileSync('mkfifo', [pipe]);
    const calls = Array.from({ length: STALLED_CALLS }, () => diskCalls.run(() => open(pipe, constants.O_RDONLY)));
    const settled = Promise.allSettled(calls);
    try {
      await expectTheRestToAnswer();
      const { body } = await createDirectory('refused');
      expect(body).toMatchObject({ status: 503, code: 'storage.not-responding' });
      await expectTheRestToAnswer();
    } finally {
      const writer = openSync(pipe, constants.O_RDWR);
      for (const call of await settled) if (call.status === 'fulfilled') await call.value.close();
      closeSync(writer);
      await rm(pipe);
    }
    expect((await createDirectory('back')).status).toBe(200);
    await expectNoTrace();
  }, 60_000);
});
