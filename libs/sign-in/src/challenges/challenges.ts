import { type Cookies } from '@kubarr/platform/http';
import { Injectable } from '@nestjs/common';
import { SecretBox } from '@kubarr/platform/secrets';
import { type CookieChange } from '@kubarr/auth';
import { createHash, randomBytes } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { Challenge } from './challenge.entity.js';

/** Life of a challenge and of its cookie, in seconds: time enough to find a phone. */
export const CHALLENGE_SECONDS = 600;

/** Purposes of challenges, each with the cookie for its token. A browser has at most one challenge per purpose. */
const COOKIES = {
  'passkey-registration': 'kubarr_passkey',
  'passkey-sign-in': 'kubarr_passkey',
  'passkey-second-factor': 'kubarr_passkey',
  'provider-sign-in': 'kubarr_provider',
  'provider-link': 'kubarr_provider',
  'second-factor': 'kubarr_second_factor',
} as const;

export type ChallengePurpose = keyof typeof COOKIES;

/** A started challenge. */
export interface OpenChallenge<Content> {
  readonly purpose: ChallengePurpose;
  readonly userId: number | null;
  readonly content: Content;
}

/**
 * Stores started challenges. The token is only in an HttpOnly cookie of the browser: a challenge that was started in one
 * browser cannot be finished in another. Taking a challenge removes it, so that each is finished at most once, also when
 * two requests try at the same moment.
 */
@Injectable()
export class Challenges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  /** Stores `content` sealed and answers the cookie to write. */
  async create(purpose: ChallengePurpose, userId: number | null, content: object): Promise<CookieChange> {
    const token = randomBytes(32).toString('base64url');
    const id = digest(token);
    await this.dataSource.getRepository(Challenge).insert({
      id,
      purpose,
      userId,
      sealedContent: this.box.seal(JSON.stringify(content), contextOf(id)),
      expiresAt: () => `now() + interval '${CHALLENGE_SECONDS} seconds'`,
    });
    return { name: COOKIES[purpose], value: token, maxAgeSeconds: CHALLENGE_SECONDS };
  }

  /**
   * Takes the browser's challenge of one of these purposes, which cannot be used again; `undefined` when there is none.
   */
  async consume<Content>(
    cookies: Cookies,
    purposes: readonly ChallengePurpose[],
    transaction: EntityManager = this.dataSource.manager,
  ): Promise<OpenChallenge<Content> | undefined> {
    const id = idIn(cookies, purposes);
    if (!id) return undefined;
    const [[row]] = await transaction.query<[Row[], number]>(
      `DELETE FROM sign_in_challenges WHERE id = $1 AND purpose = ANY ($2) AND expires_at > now()
       RETURNING purpose, user_id, sealed_content`,
      [id, purposes],
    );
    return row && this.unseal<Content>(id, row);
  }

  /** Finds the challenge without consuming it, for challenges with several attempts. */
  async find<Content>(
    cookies: Cookies,
    purposes: readonly ChallengePurpose[],
  ): Promise<OpenChallenge<Content> | undefined> {
    const id = idIn(cookies, purposes);
    if (!id) return undefined;
    const [row] = await this.dataSource.query<Row[]>(
      `SELECT purpose, user_id, sealed_content FROM sign_in_challenges
       WHERE id = $1 AND purpose = ANY ($2) AND expires_at > now()`,
      [id, purposes],
    );
    return row && this.unseal<Content>(id, row);
  }

  /** The change that removes the cookie of a purpose. */
  clearedCookie(purpose: ChallengePurpose): CookieChange {
    return { name: COOKIES[purpose], value: undefined };
  }

  private unseal<Content>(id: string, row: Row): OpenChallenge<Content> {
    return {
      purpose: row.purpose,
      userId: row.user_id,
      content: JSON.parse(this.box.open(row.sealed_content, contextOf(id))) as Content,
    };
  }
}

interface Row {
  purpose: ChallengePurpose;
  user_id: number | null;
  sealed_content: string;
}

/** All purposes of one call share a cookie. */
function idIn(cookies: Cookies, [purpose]: readonly ChallengePurpose[]): string | undefined {
  const token = purpose && cookies[COOKIES[purpose]];
  return token && digest(token);
}

const digest = (token: string): string => createHash('sha256').update(token).digest('base64url');
const contextOf = (id: string) => ({ table: 'sign_in_challenges', column: 'sealed_content', row: id });
