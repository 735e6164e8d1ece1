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

const ALGORITHM = 'HS256';

/** Length of a signing key, in bytes: the hash's own. Source: RFC 7518 section 3.2. */
const KEY_LENGTH = 32;

/** Shortest time between two looks for a key that a token names and nobody knows, in milliseconds. */
const LOOK_AGAIN_MS = 5_000;

/**
 * Signs and verifies session tokens. The keys are rows, sealed with the secret key, so that replicas share them and
 * tokens outlive a restart. Keys are handed over as KeyObjects: with text, every verification would first try to parse
 * it as a PEM.
 */
@Injectable()
export class SessionTokens {
  private readonly keys = new Map<string, KeyObject>();
  private current: string | undefined;
  private lookedAt = -Infinity;

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

  /** Makes sure that the key which a token names is known, if it exists. Throws only when the database is away. */
  async prepare(token: string): Promise<void> {
    const kid = keyIdOf(token);
    if (kid === undefined || this.keys.has(kid) || performance.now() - this.lookedAt < LOOK_AGAIN_MS) return;
    await this.load();
  }

  /** The key that a token names, for passport-jwt. */
  keyFor(token: string): KeyObject | undefined {
    const kid = keyIdOf(token);
    return kid === undefined ? undefined : this.keys.get(kid);
  }

  /** The content of a token that is ours and not expired, else `undefined`. */
  async verify(token: string): Promise<SessionToken | undefined> {
    await this.prepare(token);
    const key = this.keyFor(token);
    if (!key) return undefined;
    try {
      return jwt.verify(token, key, { algorithms: [ALGORITHM] }) as SessionToken;
    } catch {
      return undefined;
    }
  }

  private async load(): Promise<void> {
    const rows = await this.dataSource.getRepository(SigningKey).find({ order: { createdAt: 'DESC' }, take: 100 });
    this.lookedAt = performance.now();
    for (const row of rows) {
      if (!this.keys.has(row.kid))
        this.keys.set(row.kid, createSecretKey(this.box.openBytes(row.sealedKey, contextOf(row.kid))));
      if (row.isCurrent) this.current = row.kid;
    }
  }

  /** Two replicas may try at once: the unique index lets one through, and both use that one. */
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
