import { Injectable } from '@nestjs/common';
import { DatabaseConfig } from './database.config.js';
import { Log, MetricsRegistry } from '../telemetry/index.js';
import { type FinishedQuery } from './observed-client.js';

/** In characters. */
const MAX_LOGGED_LENGTH = 500;

/** Measures every query. Logs slow ones, without values. */
@Injectable()
export class QueryObserver {
  private readonly durations;

  constructor(
    private readonly config: DatabaseConfig,
    private readonly log: Log,
    metrics: MetricsRegistry,
  ) {
    this.durations = metrics.histogram({
      name: 'kubarr_database_query_duration_seconds',
      help: 'Time of one database query, by outcome',
      labels: ['outcome'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    });
  }

  finished({ text, seconds, failed }: FinishedQuery): void {
    this.durations.observe({ outcome: failed ? 'error' : 'ok' }, seconds);
    const milliseconds = Math.round(seconds * 1_000);
    if (this.config.slowQueryMs > 0 && milliseconds >= this.config.slowQueryMs) {
      this.log.warn('Slow query', { milliseconds, statement: shapeOf(text) });
    }
  }
}

/** The statement with `?` for literals and single spaces. */
export function shapeOf(text: string): string {
  return text
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/(?<![$\w])\d+(\.\d+)?\b/g, '?')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_LOGGED_LENGTH);
}
