/** A thing is noted at most this often, in milliseconds. */
const AT_MOST_EVERY_MS = 60_000;

/** Things remembered at once; beyond that the notes begin anew, which only blurs a time. */
const MOST_THINGS = 10_000;

/** When things were used last, until somebody writes it down. */
export class LastUsedBuffer<Key> {
  private readonly seen = new Map<Key, number>();
  private waiting = new Map<Key, Date>();

  note(key: Key, now = Date.now()): void {
    if (now - (this.seen.get(key) ?? -Infinity) < AT_MOST_EVERY_MS) return;
    if (this.seen.size >= MOST_THINGS) this.seen.clear();
    this.seen.set(key, now);
    this.waiting.set(key, new Date(now));
  }

  /** What was noted since the last call. */
  takeAll(): ReadonlyMap<Key, Date> {
    const batch = this.waiting;
    this.waiting = new Map();
    return batch;
  }
}
