/**
 * Lets concurrent callers share the result of one query. A caller never joins a query that is already running, since that
 * may not see what the caller has just written: all callers that arrive during one run share the next.
 */
export class SharedQuery<Result> {
  private running: Promise<unknown> | undefined;
  private next: Promise<Result> | undefined;

  constructor(private readonly query: () => Promise<Result>) {}

  get(): Promise<Result> {
    if (!this.running) return this.start();
    this.next ??= this.running.then(() => this.start());
    return this.next;
  }

  private start(): Promise<Result> {
    this.next = undefined;
    const result = this.query();
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.running = settled;
    void settled.then(() => {
      if (this.running === settled && !this.next) this.running = undefined;
    });
    return result;
  }
}

/** Distinct queries that are remembered. */
const MAX_QUERIES = 100;

/** Shared queries by key: callers with the same key share a result. */
export class SharedQueries<Result> {
  private readonly queries = new Map<string, SharedQuery<Result>>();

  /** @param query Always the same for the same key. */
  get(key: string, query: () => Promise<Result>): Promise<Result> {
    let shared = this.queries.get(key);
    if (!shared) {
      if (this.queries.size >= MAX_QUERIES) this.queries.clear(); // callers of a running query still get its result
      this.queries.set(key, (shared = new SharedQuery(query)));
    }
    return shared.get();
  }
}
