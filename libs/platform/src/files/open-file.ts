import { type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { asFilesError, FileChanged } from './files.errors.js';
import { type Member } from './member.js';
import { nameText } from './name-text.js';

/**
 * Bytes per read. Smaller reads cost throughput (64 KiB: less than half), larger ones memory per download, of which three
 * are in flight: being read, waiting, being sent. Measured in bench/storage.
 */
const CHUNK = 256 * 1_024;

/** An ordinary file, open for reading. What is read belongs to the facts, whatever happens to its path meanwhile. */
export class OpenFile {
  constructor(
    private readonly handle: FileHandle,
    readonly facts: Member,
  ) {}

  /**
   * The bytes from `start`, `length` of them. The stream owns the file and closes it when it ends, fails or is destroyed.
   * It fails when the file has become shorter: an answer whose length was announced must not end early in silence.
   */
  stream(start: number, length: number): Readable {
    return new FileRange(this.handle, nameText(this.facts.name), start, length);
  }

  /** For a file that is not streamed. */
  async close(): Promise<void> {
    await this.handle.close();
  }
}

class FileRange extends Readable {
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly handle: FileHandle,
    private readonly name: string,
    private position: number,
    private remaining: number,
  ) {
    super({ highWaterMark: CHUNK });
  }

  override _read(): void {
    if (this.remaining === 0) this.push(null);
    else this.reading = this.readOn().catch((error) => void this.destroy(asFilesError(error, this.name) as Error));
  }

  /** Waits for a read under way: the system would give the number of the closed file to another one. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.reading
      .then(() => this.handle.close())
      .then(
        () => done(error),
        (failure: Error) => done(error ?? failure),
      );
  }

  private async readOn(): Promise<void> {
    const length = Math.min(CHUNK, this.remaining);
    const { bytesRead, buffer } = await this.handle.read(Buffer.allocUnsafeSlow(length), 0, length, this.position);
    if (bytesRead === 0) throw new FileChanged(this.name);
    this.position += bytesRead;
    this.remaining -= bytesRead;
    if (!this.destroyed) this.push(buffer.subarray(0, bytesRead));
  }
}
