import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { SignInConfig } from '@kubarr/platform/config';
import { type AttemptKey, FailureLimiter } from '@kubarr/platform/http';
import { type SignInAccount } from '@kubarr/users';
import { isIPv6 } from 'node:net';
import { DataSource } from 'typeorm';
import { Session } from '../sessions/session.entity.js';

/** Wrong codes of a second factor in 15 minutes before an account must wait: a code is one of a million, three count. */
const WRONG_CODES = 5;

/** Whose sign-in it is, as far as it is known. */
type GuessedAccount = Pick<SignInAccount, 'id' | 'username'>;

/** A sign-in under way, as its failures are counted. */
export interface Guess {
  readonly actor: Actor;
  readonly name: string;
  readonly account: GuessedAccount | undefined;
  readonly accountKey: AttemptKey;
  readonly addressKey: AttemptKey;
}

/** Counts and records failed sign-ins. */
@Injectable()
export class SignInGuesses {
  constructor(
    private readonly dataSource: DataSource,
    private readonly limiter: FailureLimiter,
    private readonly config: SignInConfig,
    private readonly audit: AuditRecorder,
  ) {}

  /**
   * Counts the attempt before it is made. An address from which the account is signed in already has a count of its own:
   * strangers who guess cannot keep the owner, nor the last administrator, from signing in at home.
   *
   * @throws TooManyAttempts
   */
  async begin(actor: Actor, name: string, account: GuessedAccount | undefined): Promise<Guess> {
    const isKnownAddress = await this.dataSource
      .getRepository(Session)
      .existsBy({ userId: account?.id ?? 0, ipAddress: actor.address ?? '' }); // asked for unknown names too: same work
    const whose = account ? `id ${account.id}` : `name ${name.toLowerCase()}`;
    const guess = {
      actor,
      name,
      account,
      accountKey: {
        subject: 'sign-in account',
        value: isKnownAddress ? `${whose} from ${actor.address}` : whose,
        limit: this.config.failuresPerAccount,
      },
      addressKey: this.addressKey(actor),
    };
    await this.limiter.begin([guess.addressKey, guess.accountKey]);
    return guess;
  }

  /** Counts a beginning that names nobody, such as that of a passkey, until `giveBack`. @throws TooManyAttempts */
  async beginNameless(actor: Actor): Promise<void> {
    await this.limiter.begin([this.addressKey(actor)]);
  }

  async giveBackNameless(actor: Actor): Promise<void> {
    await this.limiter.giveBack([this.addressKey(actor)]);
  }

  /** The attempt is neither a failure nor over: the second factor is still to come. */
  async giveBack({ accountKey, addressKey }: Guess): Promise<void> {
    await this.limiter.giveBack([accountKey, addressKey]);
  }

  /** Counts a code before it is looked at. @throws TooManyAttempts */
  async beginCode(guess: Guess): Promise<void> {
    await this.limiter.begin([this.codeKey(guess)]).catch(async (refusal: unknown) => {
      await this.giveBack(guess);
      throw refusal;
    });
  }

  /** Records a wrong code, which stays counted. */
  async wrongCode(guess: Guess): Promise<void> {
    const failure = 'wrong second factor';
    await this.dataSource.transaction(async (transaction) => {
      const entry = { resource: 'session', failure } as const;
      await this.audit.record(transaction, personOf(guess), { ...entry, action: '2fa_failed' });
      await this.audit.record(transaction, personOf(guess), { ...entry, action: 'login_failed' });
    });
  }

  /** The code was right; `succeed` does the rest. */
  async rightCode(guess: Guess): Promise<void> {
    await this.limiter.forget(this.codeKey(guess));
  }

  /** Records a refused sign-in; one that proved the password is no guess and is given back. */
  async refuse(guess: Guess, refusal: { reason: string; isGuess: boolean }): Promise<void> {
    await this.dataSource.transaction((transaction) =>
      this.audit.record(transaction, personOf(guess), {
        action: 'login_failed',
        resource: 'session',
        failure: refusal.reason,
      }),
    );
    if (!refusal.isGuess) await this.giveBack(guess);
  }

  async succeed(guess: Guess): Promise<void> {
    await this.limiter.forget(guess.accountKey);
    await this.limiter.giveBack([guess.addressKey]);
  }

  private addressKey(actor: Actor): AttemptKey {
    return { subject: 'sign-in address', value: networkOf(actor.address), limit: this.config.failuresPerAddress };
  }

  /** Kept apart for known addresses like the account's own count: strangers cannot use up the owner's attempts. */
  private codeKey({ accountKey }: Guess): AttemptKey {
    return { ...accountKey, subject: 'second factor', limit: Math.min(accountKey.limit, WRONG_CODES) };
  }
}

const personOf = ({ actor, account, name }: Guess): Actor => ({
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
