import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource, type EntityManager } from 'typeorm';
import { DatabaseConnection, deleteInBatches } from '../database/index.js';
import { TooManyAttempts } from '../http/index.js';

const WINDOW_SECONDS = 15 * 60;

/** What attempts are counted by, such as an account or an address. */
export interface AttemptKey {
  /** What kind of value it is, such as `account` or `address`; stored as it is. Contains no colon. */
  readonly subject: string;
  /** Stored as a digest only, since names and addresses are personal. */
  readonly value: string;
  /** Attempts allowed in 15 minutes; 0 = no limit. */
  readonly limit: number;
}

/**
 * Counts attempts in PostgreSQL: across replicas and restarts. An attempt is counted before it is made and uncounted when
 * it turns out not to be a failure, so that parallel attempts cannot exceed the limit. A refused attempt is not
 * counted, so the wait never exceeds the window.
 */
@Injectable()
export class AttemptLimiter {
  private readonly limiters = new Map<string, RateLimiterPostgres>();

  constructor(
    private readonly connection: DatabaseConnection,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * Counts one attempt for every key, or none when a limit is reached.
   *
   * @throws TooManyAttempts
   */
  async consume(keys: readonly AttemptKey[]): Promise<void> {
    const consumed: AttemptKey[] = [];
    for (const key of keys.filter(({ limit }) => limit > 0)) {
      try {
        await this.limiter(key).consume(digest(key));
        consumed.push(key);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        await this.undoConsume([...consumed, key]);
        throw new TooManyAttempts(Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000)));
      }
    }
  }

  /** Uncounts an attempt that was not a failure. */
  async undoConsume(keys: readonly AttemptKey[]): Promise<void> {
    for (const key of keys.filter(({ limit }) => limit > 0)) await this.limiter(key).reward(digest(key));
  }

  /** Sets the count to zero. */
  async reset(key: AttemptKey): Promise<void> {
    if (key.limit > 0) await this.limiter(key).delete(digest(key));
  }

  /** Sets every count of these subjects to zero. */
  async deleteAll(transaction: EntityManager, subjects: readonly string[]): Promise<void> {
    await transaction.query("DELETE FROM rate_limits WHERE split_part(key, ':', 1) = ANY ($1)", [subjects]);
  }

  /** Deletes counts whose window is over. */
  async deleteExpired(signal?: AbortSignal): Promise<void> {
    const where = 'expire < extract(epoch FROM now()) * 1000';
    await deleteInBatches(this.dataSource, { table: 'rate_limits', key: 'key', where }, signal);
  }

  private limiter({ subject, limit }: AttemptKey): RateLimiterPostgres {
    this.connection.assertReady();
    const name = `${subject}:${limit}`;
    let limiter = this.limiters.get(name);
    if (!limiter) {
      limiter = new RateLimiterPostgres({
        storeClient: this.connection.pool,
        storeType: 'pool',
        tableName: 'rate_limits',
        tableCreated: true,
        clearExpiredByTimeout: false, // the job sign-in-cleanup calls deleteExpired
        keyPrefix: subject,
        points: limit,
        duration: WINDOW_SECONDS,
      });
      this.limiters.set(name, limiter);
    }
    return limiter;
  }
}

const digest = ({ value }: AttemptKey): string => createHash('sha256').update(value).digest('base64url');
