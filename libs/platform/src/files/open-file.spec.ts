import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type FileHandle, mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { memberOf } from './member.js';
import { OpenFile } from './open-file.js';

const SIZE = 1_000_000;
const content = Buffer.from(Array.from({ length: SIZE }, (_, n) => n % 251));

describe('An open file', () => {
  let directory: string;
  let path: string;
  let handle: FileHandle;
  let file: OpenFile;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-file-'));
    path = join(directory, 'file');
  });
  afterAll(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    await writeFile(path, content);
    handle = await open(path);
    file = new OpenFile(handle, memberOf(Buffer.from('file'), await handle.stat({ bigint: true })));
  });

  it.each([
    [0, SIZE],
    [1, SIZE - 1],
    [262_143, 2],
    [262_144, 262_144],
    [SIZE - 1, 1],
    [500, 0],
  ])('streams from byte %i, %i bytes, and closes itself', async (start, length) => {
    const stream = file.stream(start, length);
    const closed = once(stream, 'close');
    expect((await buffer(stream)).equals(content.subarray(start, start + length))).toBe(true);
    await closed;
    expect(handle.fd).toBe(-1);
  });

  it('fails, rather than ends, when the file becomes shorter', async () => {
    const stream = file.stream(0, SIZE);
    await once(stream, 'readable');
    await truncate(path, 300_000);
    await expect(buffer(stream)).rejects.toMatchObject({ code: 'files.changed' });
    expect(handle.fd).toBe(-1);
  });

  it('stops at the announced length when the file grows', async () => {
    const stream = file.stream(0, SIZE);
    await writeFile(path, Buffer.alloc(1_000), { flag: 'a' });
    expect(await buffer(stream)).toHaveLength(SIZE);
  });

  it('closes the file when the stream is dropped before, during and after a read', async () => {
    const stream = file.stream(0, SIZE);
    stream.read(0); // a read is under way
    stream.destroy();
    await once(stream, 'close');
    expect(handle.fd).toBe(-1);
  });
});
