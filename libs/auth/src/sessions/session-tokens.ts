import { Injectable } from '@nestjs/common';
import { SecretBox } from '@kubarr/platform/secrets';
import jwt from 'jsonwebtoken';
import { createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { SESSION_SECONDS } from './session-cookies.js';
import { SigningKey } from './signing-key.entity.js';

/** What a session token says: which session, nothing about the person. */
export interface SessionToken {
  readonly sid: string;
  readonly iat: number;
  readonly exp: number;
}

export const ALGORITHM = 'HS256';

/** Length of a signing key, in bytes: that of the hash. Source: RFC 7518 section 3.2. */
const KEY_LENGTH = 32;

/** Shortest time between two reloads of the keys for tokens that name an unknown one, in milliseconds. */
const RELOAD_AFTER_MS = 5_000;

/**
 * Signs session tokens and knows the keys that verify them. The keys are rows, sealed with the secret key: replicas share
 * them and tokens outlive a restart. They are KeyObjects, because jsonwebtoken would try to parse a text as PEM each time.
 */
@Injectable()
export class SessionTokens {
  private readonly keys = new Map<string, KeyObject>();
  private current: string | undefined;
  private loadedAt = -Infinity;

  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  async sign(sessionId: string): Promise<string> {
    if (!this.current) await this.load();
    const kid = this.current ?? (await this.create());
    const key = this.keys.get(kid) as KeyObject;
    return jwt.sign({ sid: sessionId }, key, { algorithm: ALGORITHM, keyid: kid, expiresIn: SESSION_SECONDS });
  }

  /** Loads the key that a token names, unless it is known or was not found a moment ago. */
  async loadKeyOf(token: string): Promise<void> {
    const kid = keyIdOf(token);
    if (kid === undefined || this.keys.has(kid) || performance.now() - this.loadedAt < RELOAD_AFTER_MS) return;
    await this.load();
  }

  /** The key that a token names, if it is loaded. */
  keyFor(token: string): KeyObject | undefined {
    const kid = keyIdOf(token);
    return kid === undefined ? undefined : this.keys.get(kid);
  }

  private async load(): Promise<void> {
    const rows = await this.dataSource.getRepository(SigningKey).find({ order: { createdAt: 'DESC' }, take: 100 });
    this.loadedAt = performance.now();
    for (const row of rows) {
      if (!this.keys.has(row.kid))
        this.keys.set(row.kid, createSecretKey(this.box.openBytes(row.sealedKey, contextOf(row.kid))));
      if (row.isCurrent) this.current = row.kid;
    }
  }

  /** Two replicas may create a key at once: the unique index admits one key, and both use it. */
  private async create(): Promise<string> {
    const kid = randomUUID();
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(SigningKey)
      .values({
        kid,
        algorithm: ALGORITHM,
        isCurrent: true,
        sealedKey: this.box.seal(randomBytes(KEY_LENGTH), contextOf(kid)),
      })
      .orIgnore()
      .execute();
    await this.load();
    return this.current as string;
  }
}

const contextOf = (kid: string) => ({ table: 'signing_keys', column: 'sealed_key', row: kid });

function keyIdOf(token: string): string | undefined {
  try {
    const header = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()) as {
      kid?: unknown;
    };
    return typeof header.kid === 'string' ? header.kid : undefined;
  } catch {
    return undefined;
  }
}
