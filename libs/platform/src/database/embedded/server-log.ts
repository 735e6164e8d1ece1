import { copyFile, open, readFile, stat, truncate } from 'node:fs/promises';

/** Above this the log is cut, in bytes. With the older part beside it at most twice as much stays on disk. */
const LARGEST_LOG = 1024 * 1024;
const CUT_EVERY_MS = 30_000;

/**
 * The log of the server: a file that the server appends to by itself, so that it goes on when our process is killed.
 * It is cut when it has grown too large, at start and while we run; the older part stays beside it as `<file>.1`.
 */
export class ServerLog {
  private timer: NodeJS.Timeout | undefined;

  constructor(readonly file: string) {}

  /** Cuts the log from time to time, without keeping the process alive. */
  watch(): void {
    this.timer = setInterval(() => void this.cutWhenLarge().catch(() => undefined), CUT_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** The server holds the file open for appending: emptying it in place moves its next line to the beginning. */
  async cutWhenLarge(): Promise<void> {
    const size = await stat(this.file).then(
      (found) => found.size,
      () => 0,
    );
    if (size <= LARGEST_LOG) return;
    await copyFile(this.file, `${this.file}.1`);
    await truncate(this.file);
  }

  /** Opens it for a new server; what that server writes begins at the returned offset. */
  async append(): Promise<{ descriptor: number; offset: number; close(): Promise<void> }> {
    await this.cutWhenLarge();
    const handle = await open(this.file, 'a', 0o600);
    const { size } = await handle.stat();
    return { descriptor: handle.fd, offset: size, close: () => handle.close() };
  }

  /** The last lines that were written after the offset. */
  async lastLines(offset: number, count = 10): Promise<string> {
    const text = await readFile(this.file).catch(() => Buffer.alloc(0));
    return text.subarray(offset).toString('utf8').trimEnd().split('\n').slice(-count).join('\n');
  }
}
