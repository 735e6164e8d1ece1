import { open, stat, truncate, writeFile } from 'node:fs/promises';

/** The log is truncated above this size, in bytes; as much of its end is kept in another file. */
const LARGEST_LOG = 1024 * 1024;
/** Interval of the size check, in milliseconds: a server that writes 1 MB a second reaches 30 MB. */
const POLL_INTERVAL_MS = 30_000;
/** Longest quotation from the log, in bytes. */
const LARGEST_QUOTE = 16 * 1024;

/**
 * The log file of the server. The server itself appends to it, so that logging continues when our process is killed.
 * Truncated when too large, at start and while running; the end of the older part is kept as `<file>.1`.
 */
export class ServerLog {
  private timer: NodeJS.Timeout | undefined;

  constructor(readonly file: string) {}

  /** Truncates the log when it is too large, without keeping the process alive. */
  watch(): void {
    this.timer = setInterval(() => void this.cutWhenLarge().catch(() => undefined), POLL_INTERVAL_MS).unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** The server has the file open for appending: after truncation its next line is the first. */
  async cutWhenLarge(): Promise<void> {
    if ((await sizeOf(this.file)) <= LARGEST_LOG) return;
    await writeFile(`${this.file}.1`, await endOf(this.file, LARGEST_LOG), { mode: 0o600 });
    await truncate(this.file);
  }

  /** Opens the log for a new server; its output starts at `offset`. */
  async openForAppending(): Promise<{ descriptor: number; offset: number; close(this: void): Promise<void> }> {
    await this.cutWhenLarge();
    const handle = await open(this.file, 'a', 0o600);
    const { size } = await handle.stat();
    return { descriptor: handle.fd, offset: size, close: () => handle.close() };
  }

  /** The last lines that were written after the offset, at most 16 KiB. */
  async lastLines(offset = 0, count = 10): Promise<string> {
    const text = await endOf(this.file, LARGEST_QUOTE, offset).catch(() => '');
    return text.toString().trimEnd().split('\n').slice(-count).join('\n');
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The end of a file as of one moment, even while others append: at most `bytes` bytes, none before `from`. */
async function endOf(file: string, bytes: number, from = 0): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const length = Math.min(bytes, Math.max(0, size - from));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
