import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerLog } from './server-log.js';

let folder: string;
let log: ServerLog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubarr-log-'));
  log = new ServerLog(join(folder, 'server.log'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('ServerLog', () => {
  it('cuts a log above 1 MB under the hands of the server that writes it, and keeps the end of the older part', async () => {
    const server = await open(log.file, 'a');
    await server.write(`first\n${'x'.repeat(3 * 1024 * 1024)}\nlast before\n`);
    await log.cutWhenLarge();
    await server.write('first after\n');
    await server.close();

    expect(await readFile(log.file, 'utf8')).toBe('first after\n');
    const older = await readFile(`${log.file}.1`, 'utf8');
    expect(older).toHaveLength(1024 * 1024);
    expect(older.endsWith('x\nlast before\n')).toBe(true);
  });

  it('leaves a small log alone', async () => {
    await writeFile(log.file, 'one line\n');
    await log.cutWhenLarge();
    expect(await readFile(log.file, 'utf8')).toBe('one line\n');
    await expect(stat(`${log.file}.1`)).rejects.toThrow('ENOENT');
  });

  it('is cut before a new server writes to it', async () => {
    await writeFile(log.file, 'x'.repeat(2 * 1024 * 1024));
    const output = await log.openForAppending();
    await output.close();
    expect(output.offset).toBe(0);
  });

  it('quotes the last lines that one server wrote, and nothing of the server before it', async () => {
    await writeFile(log.file, 'of an earlier server\n');
    const output = await log.openForAppending();
    await output.close();
    expect(await log.lastLines(output.offset)).toBe('');
    await appendFile(log.file, Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join(''));
    expect(await log.lastLines(output.offset, 2)).toBe('line 28\nline 29');
    expect(await log.lastLines(output.offset, 99)).not.toContain('earlier');
  });

  it('quotes from the first line on, also while processes of an earlier server write', async () => {
    await writeFile(log.file, 'of an earlier server\n');
    const output = await log.openForAppending();
    await output.close();
    await appendFile(log.file, 'why it ended\n');
    const others = (async () => {
      for (let line = 0; line < 500; line++) await appendFile(log.file, 'x\n');
      return true;
    })();
    let done = false;
    void others.then(() => (done = true));
    while (!done) expect(await log.lastLines(output.offset, Infinity)).toMatch(/^why it ended$/m);
    expect(await log.lastLines(output.offset, Infinity)).not.toContain('earlier');
    await others;
  });

  it('quotes nothing where there is no log', async () => {
    expect(await log.lastLines()).toBe('');
  });
});
