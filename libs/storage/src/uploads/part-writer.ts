import { type PartFile } from '@kubarr/file-tree';
import { type Readable } from 'node:stream';
import { CHECK_EVERY_BYTES } from '../disk-quota.js';
import { UploadTooLong } from './uploads.errors.js';

/** Bytes that are gathered before they are written: network reads are small, and every write has its price. */
const GATHERED = 256 * 1_024;

/** A sender that stays silent for so long is gone, in milliseconds. */
const SILENCE_MS = 60_000;

/** A sender that is refused has so long to stop sending, in milliseconds. */
const LET_GO_MS = 10_000;

/**
 * Appends what a client sends, piece by piece: the sender waits while the disk is slow, and memory stays as it is. What
 * arrived before the sender broke off, or before a failure, is kept.
 */
export class PartWriter {
  private readonly gathered = Buffer.allocUnsafeSlow(GATHERED);
  private filled = 0;
  private sinceCheck = 0;

  constructor(
    private readonly part: PartFile,
    private readonly size: number,
    /** Called every {@link CHECK_EVERY_BYTES}; may stop the writing by throwing. */
    private readonly checkFreeSpace: () => Promise<void>,
  ) {}

  /** Ends when the sender does, breaks off, or `signal` says so. */
  async write(sent: Readable, signal: AbortSignal): Promise<void> {
    const stop = (): void => void sent.destroy();
    signal.addEventListener('abort', stop, { once: true });
    const silence = setTimeout(stop, SILENCE_MS);
    try {
      // Not destroyed on return: the answer still has to go out over the same connection.
      for await (const chunk of sent.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        silence.refresh();
        await this.take(chunk);
      }
    } catch (error) {
      if (!sent.destroyed) {
        letGo(sent);
        throw error;
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
      await this.flush();
    }
  }

  private async take(chunk: Buffer): Promise<void> {
    if (this.part.size + this.filled + chunk.length > this.size) throw new UploadTooLong(this.size);
    for (let taken = 0; taken < chunk.length;) {
      const copied = chunk.copy(this.gathered, this.filled, taken);
      taken += copied;
      this.filled += copied;
      if (this.filled === GATHERED) await this.flush();
    }
  }

  private async flush(): Promise<void> {
    const bytes = this.gathered.subarray(0, this.filled);
    this.filled = 0;
    if (bytes.length === 0) return;
    await this.part.append(bytes);
    this.sinceCheck += bytes.length;
    if (this.sinceCheck < CHECK_EVERY_BYTES) return;
    this.sinceCheck = 0;
    await this.checkFreeSpace();
  }
}

/** Takes and forgets what still comes: most clients read an answer only when they have sent all. */
function letGo(sent: Readable): void {
  const limit = setTimeout(() => void sent.destroy(), LET_GO_MS).unref();
  sent.once('close', () => clearTimeout(limit)).resume();
}
