/**
 * Lets concurrent callers share the result of one query. A caller never joins a query that is already running, since that
 * may not see what the caller has just written: all callers that arrive during one run share the next. When a run fails,
 * those who wait for the next fail with it: after a time limit, a second one would double their wait.
 */
export class SharedQuery<Result> {
  private running: Promise<Result> | undefined;
  private next: Promise<Result> | undefined;

  constructor(private readonly query: () => Promise<Result>) {}

  get(): Promise<Result> {
    if (!this.running) return this.start();
    this.next ??= this.running.then(() => this.start());
    return this.next;
  }

  private start(): Promise<Result> {
    const run = this.query();
    this.running = run;
    this.next = undefined;
    run.then(
      () => {
        if (this.running === run && !this.next) this.running = undefined;
      },
      () => {
        if (this.running !== run) return;
        this.running = undefined;
        this.next = undefined;
      },
    );
    return run;
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
