import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DatabaseConnection } from '../database/index.js';
import { TooManyAttempts } from './http.errors.js';

/** The window in which failures are counted, in seconds. */
const WINDOW_SECONDS = 15 * 60;

/** One thing that attempts are counted against. */
export interface AttemptKey {
  /** What is counted, such as `account` or `address`. */
  readonly subject: string;
  /** Whose attempts: hashed before it is stored. */
  readonly value: string;
  /** Failures allowed in 15 minutes; 0 = no limit. */
  readonly limit: number;
}

/**
 * Counts failed attempts in PostgreSQL, so that all replicas count together and a restart forgets nothing. An attempt is
 * counted before it is made and given back when it succeeds: guesses sent in parallel cannot slip past. A refused
 * attempt does not count, so waiting always ends within the window.
 */
@Injectable()
export class FailureLimiter {
  private readonly limiters = new Map<string, RateLimiterPostgres>();

  constructor(private readonly connection: DatabaseConnection) {}

  /** @throws TooManyAttempts when one of the keys has used up its failures. */
  async consume(keys: readonly AttemptKey[]): Promise<void> {
    const counted: AttemptKey[] = [];
    for (const key of keys.filter(({ limit }) => limit > 0)) {
      try {
        await this.limiter(key).consume(digest(key));
        counted.push(key);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        await this.limiter(key).reward(digest(key)); // a refused attempt is none
        await this.undoConsume(counted);
        throw new TooManyAttempts(Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000)));
      }
    }
  }

  /** The attempt was no failure: it does not count. */
  async undoConsume(keys: readonly AttemptKey[]): Promise<void> {
    for (const key of keys.filter(({ limit }) => limit > 0)) await this.limiter(key).reward(digest(key));
  }

  /** Forgets every failure of a key, after a success that proves who is there. */
  async reset(key: AttemptKey): Promise<void> {
    if (key.limit > 0) await this.limiter(key).delete(digest(key));
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
        clearExpiredByTimeout: false, // a job does it
        keyPrefix: subject,
        points: limit,
        duration: WINDOW_SECONDS,
      });
      this.limiters.set(name, limiter);
    }
    return limiter;
  }
}

/** Names and addresses are personal: only a digest is stored. */
const digest = ({ value }: AttemptKey): string => createHash('sha256').update(value).digest('base64url');
