import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { SignInConfig } from '@kubarr/platform/config';
import { type AttemptKey, FailureLimiter } from '@kubarr/platform/http';
import { type SignInAccount } from '@kubarr/users';
import { isIPv6 } from 'node:net';
import { DataSource } from 'typeorm';
import { Session } from '../sessions/session.entity.js';

/** A sign-in under way, as its failures are counted. */
interface Guess {
  readonly actor: Actor;
  readonly name: string;
  readonly account: SignInAccount | undefined;
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
  async begin(actor: Actor, name: string, account: SignInAccount | undefined): Promise<Guess> {
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
      addressKey: {
        subject: 'sign-in address',
        value: networkOf(actor.address),
        limit: this.config.failuresPerAddress,
      },
    };
    await this.limiter.begin([guess.addressKey, guess.accountKey]);
    return guess;
  }

  /** Records a refused sign-in; one that proved the password is no guess and is given back. */
  async refuse(guess: Guess, refusal: { reason: string; isGuess: boolean }): Promise<void> {
    const actor = {
      ...guess.actor,
      userId: guess.account?.id ?? null,
      username: guess.account?.username ?? guess.name,
    };
    await this.dataSource.transaction((transaction) =>
      this.audit.record(transaction, actor, { action: 'login_failed', resource: 'session', failure: refusal.reason }),
    );
    if (!refusal.isGuess) await this.limiter.giveBack([guess.accountKey, guess.addressKey]);
  }

  async succeed(guess: Guess): Promise<void> {
    await this.limiter.forget(guess.accountKey);
    await this.limiter.giveBack([guess.addressKey]);
  }
}

/** A household has one IPv4 address, or 2^64 IPv6 addresses: those are counted by their first half. */
export function networkOf(address: string | null): string {
  if (address === null || !isIPv6(address) || address.startsWith('::ffff:')) return address ?? '';
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const missing = 8 - groups.length - tail.split(':').filter(Boolean).length;
  const full = address.includes('::') ? [...groups, ...Array<string>(missing).fill('0')] : groups;
  return full.slice(0, 4).join(':');
}
