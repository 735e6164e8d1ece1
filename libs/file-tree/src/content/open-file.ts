import { type FileHandle } from '../disk/limited-fs.js';
import { Readable } from 'node:stream';
import { asFilesError, FileChanged } from '../files.errors.js';
import { type FileEntry } from '../entries/file-entry.js';
import { nameText } from '../paths/name-text.js';

/**
 * Bytes per read. Smaller reads cost throughput (64 KiB: less than half), larger ones memory: a download has two of them in memory.
 * Measured in bench/storage.
 */
const CHUNK = 256 * 1_024;

/** A regular file, open for reading. `entry` describes this file, even if its path is replaced later. */
export class OpenFile {
  constructor(
    private readonly handle: FileHandle,
    readonly entry: FileEntry,
  ) {}

  /**
   * The bytes from `start`, `length` of them. The stream owns the file and closes it when it ends, fails or is destroyed.
   * Fails when the file was truncated: a response with an announced length must not end early without an error.
   */
  stream(start: number, length: number): Readable {
    return new FileRange(this.handle, nameText(this.entry.name), start, length);
  }

  /** The first bytes, at most so many. The file stays open. */
  async readHead(most: number): Promise<Buffer> {
    const bytes = Buffer.alloc(Math.min(most, this.entry.size));
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await this.handle.read(bytes, length, bytes.length - length, length)).bytesRead;
    }
    return bytes.subarray(0, length);
  }

  /** For a file that is not streamed. */
  async close(): Promise<void> {
    await this.handle.close();
  }
}

class FileRange extends Readable {
  /** The latest read; the file must stay open until it has settled. */
  private reading: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly handle: FileHandle,
    private readonly name: string,
    private position: number,
    private remaining: number,
  ) {
    super({ highWaterMark: CHUNK });
  }

  /**
   * Piped into a response, two buffers alternate: one is filled while the other is sent. A new buffer for each read
   * would stay until the garbage collector runs (some 60 MiB), at less throughput. Any other consumer may keep its
   * chunks, and gets new buffers (`_read`).
   */
  override pipe<T extends NodeJS.WritableStream>(destination: T, { end = true }: { end?: boolean } = {}): T {
    this.pump(destination).then(
      () => {
        if (this.destroyed) return;
        if (end) destination.end();
        this.push(null);
        this.resume(); // reaches the end event, which closes the file
      },
      (error: Error) => this.destroy(error),
    );
    return destination;
  }

  override _read(): void {
    if (this.remaining === 0) {
      this.push(null);
      return;
    }
    this.fill(this.newBuffer()).then(
      (chunk) => this.destroyed || this.push(chunk),
      (error: Error) => this.destroy(error),
    );
  }

  /** Waits for the latest read: the system reuses the number of a closed descriptor. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.reading
      .catch(() => undefined) // reported to its caller
      .then(() => this.handle.close())
      .then(
        () => done(error),
        (failure: Error) => done(error ?? failure),
      );
  }

  private async pump(destination: NodeJS.WritableStream): Promise<void> {
    const buffers: Buffer[] = [];
    let sent: Promise<void> = Promise.resolve();
    for (let turn = 0; this.remaining > 0 && !this.destroyed; turn ^= 1) {
      const chunk = await this.fill((buffers[turn] ??= this.newBuffer()));
      await sent;
      if (this.destroyed) return;
      sent = send(chunk, destination);
      sent.catch(() => undefined); // the next await reports it
    }
    await sent;
  }

  private newBuffer(): Buffer {
    return Buffer.allocUnsafeSlow(Math.min(CHUNK, this.remaining));
  }

  private fill(buffer: Buffer): Promise<Buffer> {
    const filling = this.readOn(buffer);
    this.reading = filling;
    return filling;
  }

  /** Reads more into the buffer; returns the part that was filled. */
  private async readOn(buffer: Buffer): Promise<Buffer> {
    try {
      const length = Math.min(buffer.length, this.remaining);
      const { bytesRead } = await this.handle.read(buffer, 0, length, this.position);
      if (bytesRead === 0) throw new FileChanged(this.name);
      this.position += bytesRead;
      this.remaining -= bytesRead;
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      throw asFilesError(error, this.name);
    }
  }
}

/** Settles when the consumer no longer needs the chunk. */
const send = (chunk: Buffer, destination: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve, reject) => {
    destination.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
