import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { constants, truncateSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type FileHandle, open } from '../disk/limited-fs.js';
import { toFileEntry } from '../entries/file-entry.js';
import { OpenFile } from './open-file.js';

const SIZE = 1_000_000;
const content = Buffer.from(Array.from({ length: SIZE }, (_, n) => n % 251));

/**
 * Looks at a chunk only after a while, as a network does, and keeps a copy of what is there then. A buffer that is used
 * again too early shows.
 */
function slowSink(onFirst?: () => void): Writable & { received: () => Buffer } {
  const copies: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (copies.length === 0) onFirst?.();
      setTimeout(() => {
        copies.push(Buffer.from(chunk));
        done();
      }, 5);
    },
  });
  return Object.assign(sink, { received: () => Buffer.concat(copies) });
}

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
    handle = await open(path, constants.O_RDONLY);
    file = new OpenFile(handle, toFileEntry(Buffer.from('file'), await handle.stat({ bigint: true })));
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

  it.each([0, 1, 262_144, 262_145, 524_288, SIZE])(
    'is piped whole, %i bytes, to a slow destination',
    async (length) => {
      const sink = slowSink();
      const stream = file.stream(SIZE - length, length);
      const closed = once(stream, 'close');
      await once(stream.pipe(sink), 'finish');
      expect(sink.received().equals(content.subarray(SIZE - length))).toBe(true);
      await closed;
      expect(handle.fd).toBe(-1);
    },
  );

  it('leaves the destination open when asked to', async () => {
    const sink = slowSink();
    const stream = file.stream(0, 10);
    stream.pipe(sink, { end: false });
    await once(stream, 'close');
    expect([sink.writableEnded, sink.received().length]).toEqual([false, 10]);
  });

  it('is piped by a pipeline too', async () => {
    const sink = slowSink();
    await pipeline(file.stream(0, SIZE), sink);
    expect(sink.received().equals(content)).toBe(true);
  });

  it('fails, and does not end the destination, when the file becomes shorter while it is piped', async () => {
    const sink = slowSink(() => truncateSync(path, 300_000));
    const stream = file.stream(0, SIZE);
    stream.pipe(sink);
    await expect(once(stream, 'end')).rejects.toMatchObject({ code: 'files.changed' });
    expect(sink.writableEnded).toBe(false);
  });

  it('stops and closes itself when the destination fails', async () => {
    const sink = slowSink(() => void sink.destroy());
    const stream = file.stream(0, SIZE);
    stream.pipe(sink);
    await once(stream, 'close').catch(() => undefined);
    expect(stream.destroyed).toBe(true);
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
