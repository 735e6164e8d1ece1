import pg from 'pg';
import { type DatabaseConfig, type DatabaseTarget } from './database.config.js';
import { clientOptions } from './client-options.js';

/** What one query took. `text` is the statement as sent, with placeholders in place of values. */
export interface FinishedQuery {
  readonly text: string;
  readonly seconds: number;
  readonly failed: boolean;
}

/** All that `query` is called with; its overloads are of no use to a wrapper. */
type Query = (...parameters: unknown[]) => unknown;

/**
 * A client class for the pool: every connection is opened with fresh options (a renewed certificate authority counts at
 * once), and the time of every query is told to `onFinished`. TypeORM calls `query` with a callback, the rate limiter
 * awaits a promise: both are seen.
 */
export function observedClient(
  target: DatabaseTarget,
  config: DatabaseConfig,
  onFinished: (query: FinishedQuery) => void,
): new () => pg.Client {
  return class ObservedClient extends pg.Client {
    constructor() {
      super(clientOptions(target, config));
      const send = this.query.bind(this) as unknown as Query;
      const observe: Query = (statement, ...rest) => {
        const startedAt = performance.now();
        const text = typeof statement === 'string' ? statement : ((statement as { text?: string } | null)?.text ?? '');
        const finished = (error?: unknown): void =>
          onFinished({ text, seconds: (performance.now() - startedAt) / 1_000, failed: Boolean(error) });

        const callback = rest.at(-1);
        if (typeof callback === 'function') {
          const observed = (error: unknown, result: unknown): void => {
            finished(error);
            (callback as (error: unknown, result: unknown) => void)(error, result);
          };
          return send(statement, ...rest.slice(0, -1), observed);
        }
        const result = send(statement, ...rest);
        if (result instanceof Promise) void result.then(() => finished(), finished);
        return result;
      };
      this.query = observe as unknown as typeof this.query;
    }
  };
}
