import pg from 'pg';
import { type DatabaseConfig, type DatabaseTarget } from './database.config.js';
import { clientOptions } from './client-options.js';

/** `text` has placeholders in place of values. */
export interface FinishedQuery {
  readonly text: string;
  readonly seconds: number;
  readonly failed: boolean;
}

/** `query` without its overloads. */
type Query = (...parameters: unknown[]) => unknown;

/**
 * A client class for the pool. Every connection is opened with fresh options, such as a renewed certificate authority, and
 * reports the duration of every query to `onFinished`: those with a callback (TypeORM) and those with a promise.
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
