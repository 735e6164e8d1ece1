import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRYPOINT, ENVIRONMENT, makePlainImage } from '../../bin/plain-image.js';
import { describeWith, NODE_24, run } from '../support/cluster-tools.js';
import { finishSetup, ServerProcess } from '../support/server-process.js';
import { filesBelow } from '../support/sources.js';

/** An ordinary user of every Linux; without the powers of root the tests run as themselves. */
const NOBODY = 65_534;
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

describeWith({ 'Node.js 24': NODE_24 })('What the Dockerfile makes', () => {
  let folder: string;
  let node: string;
  let tree: string;
  let server: ServerProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubarr-image-'));
    await chmod(folder, 0o755);
    // Where an ordinary user reaches it.
    node = join(folder, 'node');
    await copyFile(NODE_24 ?? '', node);
    tree = makePlainImage(folder, node);
  }, 300_000);
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });
  afterAll(async () => {
    run('chmod', ['-R', 'u+w', folder]);
    await rm(folder, { recursive: true, force: true });
  });

  it('holds what runs and nothing that only builds or tests', () => {
    for (const path of ['dist/apps/server/src/main.js', 'package.json', 'LICENSE', 'node_modules/fastify'])
      expect([path, existsSync(join(tree, path))]).toEqual([path, true]);
    for (const path of ['node_modules/eslint', 'node_modules/jest', 'test', 'libs', '.npmrc'])
      expect([path, existsSync(join(tree, path))]).toEqual([path, false]);
    expect(filesBelow('apps/server/src/pages/assets').every((path) => existsSync(join(tree, path)))).toBe(true);
  });

  it('runs on Node.js 24 as an unprivileged user on a tree that it cannot write, from the setup to a download', async () => {
    const state = join(folder, 'state');
    const files = join(folder, 'files');
    for (const path of [state, files]) {
      await mkdir(path);
      await chmod(path, 0o777);
    }
    const before = run('find', [tree, '-newermt', '1970-01-02', '-printf', '%p %s %T@\n']).output;
    const [, ...words] = ENTRYPOINT;
    const variables = { ...ENVIRONMENT, KUBARR_HOST: '127.0.0.1', KUBARR_STORAGE_PATH: files, KUBARR_STATE_DIR: state };
    server = await ServerProcess.start(state, { ...variables, HOME: '/nonexistent' }, { cwd: tree, ...asNobody }, [
      node,
      ...words,
    ]);
    const browser = await finishSetup(server, files);
    await writeFile(join(files, 'film.bin'), '0123456789');
    expect((await browser.get('/api/storage/download?path=film.bin')).text).toBe('0123456789');
    expect((await browser.get('/api/docs')).status).toBe(200);
    const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Uid:\\t${asNobody.uid ?? process.getuid?.()}\\t`, 'm'));
    expect(await server.stop()).toBe(0);
    expect(run('find', [tree, '-newermt', '1970-01-02', '-printf', '%p %s %T@\n']).output).toBe(before);
  }, 120_000);

  it('has the commands that the chart and its probes call', () => {
    const [, ...words] = ENTRYPOINT;
    const options = ['-c', `cd '${tree}' && '${node}' ${words.join(' ')} help`];
    expect(run('sh', options).output).toMatch(/kubarr migrate \[--wait=SECONDS\]/);
  });
});
