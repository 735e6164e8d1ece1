import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { type AuditAction, AuditRecorder } from '@kubarr/audit';
import { SignInConfig } from '../sign-in.config.js';
import { type AttemptKey, AttemptLimiter } from '@kubarr/platform/rate-limit';
import { type SignInAccount } from '@kubarr/users';
import { SessionsService } from '@kubarr/auth';
import { isIPv6 } from 'node:net';
import { DataSource, type EntityManager } from 'typeorm';
import { SessionActions } from '@kubarr/auth';
import { SecondFactorActions } from '../sign-in.actions.js';

/**
 * Wrong codes of a second factor in 15 minutes before an account must wait: of a million codes, three are right at a
 * time.
 */
const WRONG_CODES = 5;

/** Ways to start a sign-in before the account is known. */
type AnonymousMethod = 'passkey' | 'provider';

/** What sign-ins are counted by: part of the keys in the database. */
const SUBJECTS = {
  account: 'sign-in account',
  address: 'sign-in address',
  code: 'second factor',
  passkey: 'sign-in by passkey',
  provider: 'sign-in by provider',
} as const;

/** The account of a sign-in, as far as it is known. */
type AttemptedAccount = Pick<SignInAccount, 'id' | 'username'>;

/** A sign-in under way, as its failures are counted. */
export interface Attempt {
  readonly actor: Actor;
  readonly name: string;
  readonly account: AttemptedAccount | undefined;
  readonly accountKey: AttemptKey;
  readonly addressKey: AttemptKey;
}

/** Counts and records failed sign-ins. */
@Injectable()
export class SignInAttempts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly limiter: AttemptLimiter,
    private readonly config: SignInConfig,
    private readonly sessions: SessionsService,
    private readonly audit: AuditRecorder,
  ) {}

  /**
   * Counts the attempt before it is made. A network from which the account is signed in has a separate count: failed
   * attempts of strangers cannot keep the owner, nor the last administrator, from signing in at home.
   *
   * @throws TooManyAttempts
   */
  async start(actor: Actor, name: string, account: AttemptedAccount | undefined): Promise<Attempt> {
    const network = networkOf(actor.address);
    // Queried for unknown names too: timing reveals no account.
    const isKnownNetwork = (await this.networksOf(account?.id ?? 0)).has(network);
    const whose = account ? `id ${account.id}` : `name ${name.toLowerCase()}`;
    const attempt = {
      actor,
      name,
      account,
      accountKey: {
        subject: SUBJECTS.account,
        value: isKnownNetwork ? `${whose} from ${network}` : whose,
        limit: this.config.failuresPerAccount,
      },
      addressKey: this.addressKey(actor),
    };
    await this.limiter.consume([attempt.addressKey, attempt.accountKey]);
    return attempt;
  }

  /**
   * Counts the start of a sign-in whose account is not known yet, until `undoAnonymous`. Separate from failed passwords:
   * another site can make a browser start an OpenID Connect flow, and must not use up the attempts for passwords.
   *
   * @throws TooManyAttempts
   */
  async startAnonymous(actor: Actor, way: AnonymousMethod): Promise<void> {
    await this.limiter.consume([this.addressKey(actor, SUBJECTS[way])]);
  }

  async undoAnonymous(actor: Actor, way: AnonymousMethod): Promise<void> {
    await this.limiter.undoConsume([this.addressKey(actor, SUBJECTS[way])]);
  }

  /** Uncounts the attempt: the password was right, the second factor follows. */
  async undo({ accountKey, addressKey }: Attempt): Promise<void> {
    await this.limiter.undoConsume([accountKey, addressKey]);
  }

  /** Counts a code before it is checked. @throws TooManyAttempts */
  async countCode(attempt: Attempt): Promise<void> {
    await this.limiter.consume([this.codeKey(attempt)]).catch(async (refusal: unknown) => {
      await this.undo(attempt);
      throw refusal;
    });
  }

  /** Records a wrong code, which stays counted. */
  async recordWrongCode(attempt: Attempt): Promise<void> {
    await this.recordFailure(personOf(attempt), 'wrong second factor', [
      SecondFactorActions.failed,
      SessionActions.signInFailed,
    ]);
  }

  /** The code was right; `recordSuccess` does the rest. */
  async resetCodes(attempt: Attempt): Promise<void> {
    await this.limiter.reset(this.codeKey(attempt));
  }

  /** Records a refused sign-in; an attempt with the right password is uncounted. */
  async recordRefusal(attempt: Attempt, refusal: { reason: string; countsAsFailure: boolean }): Promise<void> {
    await this.recordFailure(personOf(attempt), refusal.reason);
    if (!refusal.countsAsFailure) await this.undo(attempt);
  }

  /**
   * Records a sign-in that failed.
   *
   * @param failure The reason, for the audit log.
   */
  async recordFailure(
    person: Actor,
    failure: string,
    actions: readonly AuditAction[] = [SessionActions.signInFailed],
  ): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      for (const action of actions)
        await this.audit.record(transaction, person, { action, resource: 'session', failure });
    });
  }

  async recordSuccess(attempt: Attempt): Promise<void> {
    await this.limiter.reset(attempt.accountKey);
    await this.limiter.undoConsume([attempt.addressKey]);
  }

  /** Deletes every count: a person who needs a new password has often tried so many times that the right one must wait. */
  async deleteAll(transaction: EntityManager): Promise<void> {
    await this.limiter.deleteAll(transaction, Object.values(SUBJECTS));
  }

  private addressKey(actor: Actor, subject: string = SUBJECTS.address): AttemptKey {
    return { subject, value: networkOf(actor.address), limit: this.config.failuresPerAddress };
  }

  /** Networks from which an account is signed in. */
  private async networksOf(userId: number): Promise<ReadonlySet<string>> {
    return new Set((await this.sessions.addressesOf(userId)).map(networkOf));
  }

  /**
   * Separate for known networks, like the count of the account: strangers cannot use up the owner's attempts. Codes are
   * so short that they have a limit even where passwords have none.
   */
  private codeKey({ accountKey }: Attempt): AttemptKey {
    return { ...accountKey, subject: SUBJECTS.code, limit: Math.min(accountKey.limit || WRONG_CODES, WRONG_CODES) };
  }
}

const personOf = ({ actor, account, name }: Attempt): Actor => ({
  ...actor,
  userId: account?.id ?? null,
  username: account?.username ?? name,
});

/** A household has one IPv4 address, or 2^64 IPv6 addresses: those are counted by their first half. */
export function networkOf(address: string | null): string {
  if (address === null || !isIPv6(address) || address.startsWith('::ffff:')) return address ?? '';
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const missing = 8 - groups.length - tail.split(':').filter(Boolean).length;
  const full = address.includes('::') ? [...groups, ...Array<string>(missing).fill('0')] : groups;
  return full.slice(0, 4).join(':');
}
