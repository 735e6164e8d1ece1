import { type PartFile } from '@kubarr/file-tree';
import { type Readable } from 'node:stream';
import { CHECK_EVERY_BYTES } from '../disk-quota.js';
import { UploadTooLong } from './uploads.errors.js';

/** Size of the write buffer in bytes: network reads are small, and each write costs a system call. */
const BUFFER_BYTES = 256 * 1_024;

/** A client that sends nothing for this time is disconnected, in milliseconds. */
const SILENCE_MS = 60_000;

/** Time for a refused client to stop sending, in milliseconds. */
const DISCARD_LIMIT_MS = 10_000;

/**
 * Appends a request body to a part file, with back pressure: a slow disk slows the client down. Bytes that arrived before
 * the connection broke, or before a failure, are kept.
 */
export class PartWriter {
  private readonly buffered = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  private filled = 0;
  private sinceCheck = 0;

  constructor(
    private readonly part: PartFile,
    private readonly size: number,
    /** Called every {@link CHECK_EVERY_BYTES} bytes; throws to stop the write. */
    private readonly checkFreeSpace: () => Promise<void>,
  ) {}

  /** Ends with the body, with the connection, or when `signal` aborts. */
  async write(sent: Readable, signal: AbortSignal): Promise<void> {
    const stop = (): void => void sent.destroy();
    signal.addEventListener('abort', stop, { once: true });
    const silence = setTimeout(stop, SILENCE_MS);
    try {
      // Not destroyed on return: the answer still has to go out over the same connection.
      for await (const chunk of sent.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        silence.refresh();
        await this.buffer(chunk);
      }
    } catch (error) {
      if (!sent.destroyed) {
        discardRest(sent);
        throw error;
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
      await this.flush();
    }
  }

  private async buffer(chunk: Buffer): Promise<void> {
    if (this.part.size + this.filled + chunk.length > this.size) throw new UploadTooLong(this.size);
    for (let taken = 0; taken < chunk.length;) {
      const copied = chunk.copy(this.buffered, this.filled, taken);
      taken += copied;
      this.filled += copied;
      if (this.filled === BUFFER_BYTES) await this.flush();
    }
  }

  private async flush(): Promise<void> {
    const bytes = this.buffered.subarray(0, this.filled);
    this.filled = 0;
    if (bytes.length === 0) return;
    await this.part.append(bytes);
    this.sinceCheck += bytes.length;
    if (this.sinceCheck < CHECK_EVERY_BYTES) return;
    this.sinceCheck = 0;
    await this.checkFreeSpace();
  }
}

/** Discards the rest of the body: most clients read the response only after they have sent everything. */
function discardRest(sent: Readable): void {
  const limit = setTimeout(() => void sent.destroy(), DISCARD_LIMIT_MS).unref();
  sent.once('close', () => clearTimeout(limit)).resume();
}
