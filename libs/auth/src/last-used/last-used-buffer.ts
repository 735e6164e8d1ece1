/** Shortest time between two recorded uses of one key, in milliseconds. */
const MIN_INTERVAL_MS = 60_000;

/** Most buffered entries; beyond that the buffer is emptied, which only loses some precision. */
const MAX_KEYS = 10_000;

/** Buffers times of last use until they are written to the database. */
export class LastUsedBuffer<Key> {
  private readonly seen = new Map<Key, number>();
  private waiting = new Map<Key, Date>();

  record(key: Key, now = Date.now()): void {
    if (now - (this.seen.get(key) ?? -Infinity) < MIN_INTERVAL_MS) return;
    if (this.seen.size >= MAX_KEYS) this.seen.clear();
    this.seen.set(key, now);
    this.waiting.set(key, new Date(now));
  }

  /** What was recorded since the last call. */
  drain(): ReadonlyMap<Key, Date> {
    const batch = this.waiting;
    this.waiting = new Map();
    return batch;
  }
}
