import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser } from '../support/browser.js';
import { randomSeeded } from '../support/random-seeded.js';
import { finishSetup, ServerProcess } from '../support/server-process.js';
import { canMount, mountSmallDisk } from '../support/small-disk.js';
import { reaches } from '../support/reaches.js';

const MIB = 1_024 * 1_024;

/** Kills in the middle of each kind of work, at random moments. */
const ROUNDS = 6;

/** A job of a process that was killed is taken over when its lease of 30 s is over. */
const LEASE_OVER_MS = 120_000;

const VERSION = { 'tus-resumable': '1.0.0' };

describe('kill -9 in the middle of', () => {
  const random = randomSeeded();
  let directory: string;
  let storage: string;
  let server: ServerProcess;
  let cookie: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-storage-crash-'));
    await chmod(directory, 0o755);
    server = await start();
    const administrator = await finishSetup(server, join(directory, 'data'));
    cookie = `kubarr_session=${administrator.cookies.get('kubarr_session')}`;
    storage = join(directory, 'data');
    for (const folder of ['from', 'to']) await mkdir(join(storage, folder));
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const start = (): Promise<ServerProcess> => ServerProcess.start(directory, { KUBARR_STORAGE_MIN_FREE_BYTES: '0' });
  const browser = (): Browser => server.browser({ cookie });
  const killAndStart = async (): Promise<void> => {
    await server.killEverything();
    server = await start();
  };
  const contentOf = async (folder: string): Promise<Record<string, string>> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const content = files.map(async (path) => [path.slice(folder.length + 1), (await readFile(path)).toString('hex')]);
    return Object.fromEntries(await Promise.all(content)) as Record<string, string>;
  };
  const makeTree = async (path: string): Promise<Record<string, string>> => {
    for (let folder = 0; folder < 5; folder++) {
      await mkdir(join(path, String(folder), 'deep'), { recursive: true });
      for (let file = 0; file < 20; file++)
        await writeFile(join(path, String(folder), 'deep', `${file}`), randomBytes(100_000));
    }
    return contentOf(path);
  };
  const isDone = async (job: number): Promise<boolean> => {
    const { status, text, body } = await browser().get(`/api/jobs/${job}`);
    if (status !== 200) throw new Error(text);
    if (['failed', 'cancelled'].includes(body.status)) throw new Error(text);
    return body.status === 'succeeded';
  };

  it('an upload shows no half file, and the client goes on where it was', async () => {
    const content = randomBytes(24 * MIB);
    const begun = await browser().send('POST', '/api/storage/uploads', undefined, {
      ...VERSION,
      'upload-length': String(content.length),
      'upload-metadata': `path ${Buffer.from('to/film').toString('base64')}`,
    });
    const place = begun.headers.get('location') ?? '';
    const offset = async (): Promise<number> => {
      const answer = await browser().send('HEAD', place, undefined, VERSION);
      expect(answer.status).toBe(200);
      return Number(answer.headers.get('upload-offset'));
    };
    const append = (from: number, to: number) =>
      browser().send('PATCH', place, content.subarray(from, to), {
        ...VERSION,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(from),
      });
    for (let round = 0; round < ROUNDS; round++) {
      const from = await offset();
      const sending = append(from, Math.min(from + 4 * MIB, content.length - 1)).catch(() => undefined);
      await delay(random() * 30);
      await killAndStart();
      await sending;
      expect((await readdir(join(storage, 'to'))).filter((name) => !name.startsWith('.kubarr-'))).toEqual([]);
    }
    const sending = append(await offset(), content.length).catch(() => undefined);
    await delay(random() * 60); // now also around the moment in which it gets its name
    await killAndStart();
    await sending;
    const last = await offset();
    if (last < content.length) expect((await append(last, content.length)).status).toBe(204);
    expect(await readdir(join(storage, 'to'))).toEqual(['film']);
    expect((await readFile(join(storage, 'to/film'))).equals(content)).toBe(true);
    await rm(join(storage, 'to/film'));
  }, 300_000);

  it('a copy loses nothing and shows nothing half', async () => {
    const wanted = await makeTree(join(storage, 'from/tree'));
    const { body } = await browser().post('/api/storage/copy', { paths: ['from/tree'], to: 'to' });
    for (let round = 0; round < ROUNDS; round++) {
      await delay(random() * 150);
      await killAndStart();
      const shown = (await readdir(join(storage, 'to'))).filter((name) => !name.startsWith('.kubarr-'));
      if (shown.length > 0) expect(await contentOf(join(storage, 'to/tree'))).toEqual(wanted);
    }
    await reaches(() => isDone(body.job_id), LEASE_OVER_MS);
    expect(await contentOf(join(storage, 'from/tree'))).toEqual(wanted);
    expect(await contentOf(join(storage, 'to/tree'))).toEqual(wanted);
    expect(await readdir(join(storage, 'to'))).toEqual(['tree']);
    await rm(join(storage, 'to/tree'), { recursive: true });
    await rm(join(storage, 'from/tree'), { recursive: true });
  }, 300_000);

  it('a change that was answered is recorded once, although the database died before it wrote the entry', async () => {
    const entries = async (name: string): Promise<number> =>
      (await browser().get(`/api/audit?action=storage_directory_created&search=${name}`)).body.total;
    const names = Array.from({ length: ROUNDS }, (_, round) => `answered-${round}`);
    for (const name of names) {
      expect((await browser().post('/api/storage/mkdir', { path: `to/${name}` })).status).toBe(200);
      await killAndStart();
    }
    for (const name of names) await reaches(async () => (await entries(name)) > 0, LEASE_OVER_MS);
    for (const name of names) expect(await entries(name)).toBe(1);
    for (const name of names) await rm(join(storage, 'to', name), { recursive: true });
  }, 300_000);

  const place = join(tmpdir(), `kubarr-mount-${process.pid}`);
  (canMount(place) ? it : it.skip)(
    'a move to another disk always has each file in one place at least',
    async () => {
      const second = mountSmallDisk(join(storage, 'second'), 64);
      try {
        const wanted = await makeTree(join(storage, 'from/tree'));
        const { body } = await browser().post('/api/storage/move', { paths: ['from/tree'], to: 'second' });
        expect(body.items[0].outcome).toBe('job');
        for (let round = 0; round < ROUNDS; round++) {
          await delay(random() * 150);
          await killAndStart();
          const there = await contentOf(join(storage, 'second/tree')).catch(() => ({}));
          const here = await contentOf(join(storage, 'from/tree')).catch(() => ({}));
          expect({ ...here, ...there }).toEqual(wanted);
          if (Object.keys(there).length > 0) expect(there).toEqual(wanted);
        }
        await reaches(() => isDone(body.job_id), LEASE_OVER_MS);
        expect(await contentOf(join(storage, 'second/tree'))).toEqual(wanted);
        expect(await readdir(join(storage, 'from'))).toEqual([]);
        expect(await readdir(join(storage, 'second'))).toEqual(['tree']);
      } finally {
        second?.unmount();
      }
    },
    300_000,
  );
});
