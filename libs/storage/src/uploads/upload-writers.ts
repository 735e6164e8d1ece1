/** One writer per upload in this process: a client that reconnects replaces its own dead connection. */
export class UploadWriters {
  private readonly writers = new Map<string, { abort: AbortController; ended: Promise<unknown> }>();

  /** Aborts the current writer, waits for its end, then runs `work`. */
  async runExclusive<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let other = this.writers.get(id); other; other = this.writers.get(id)) {
      other.abort.abort();
      await other.ended;
    }
    const abort = new AbortController();
    const working = work(abort.signal);
    const writer = { abort, ended: working.catch(() => undefined) };
    this.writers.set(id, writer);
    try {
      return await working;
    } finally {
      if (this.writers.get(id) === writer) this.writers.delete(id);
    }
  }
}
