import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { SecretBox } from '@kubarr/platform/secrets';
import { Profiles, SecondFactorHolders } from '@kubarr/users';
import { DataSource, type EntityManager } from 'typeorm';
import { RecoveryCodes } from './recovery-codes.js';
import { stepOfCode } from './totp.js';
import { TotpSecret } from './totp-secret.entity.js';
import { SecondFactorInvalid } from './second-factor.errors.js';
import { SecondFactorActions } from '../sign-in.actions.js';

/** The second factors of one account. */
export interface FactorsOfAccount {
  /** An authenticator app is set up and proved. */
  readonly totp: boolean;
  readonly passkeys: number;
}

/** Whose factors are removed, and what the audit entry says about it. */
export interface SecondFactorRemoval {
  readonly userId: number;
  readonly username: string;
  readonly by: 'administrator' | 'command on the server';
}

/** A person who is about to be signed in. */
export type Candidate = Actor & { readonly userId: number };

/** The second factors of accounts, and the check of their codes. */
@Injectable()
export class SecondFactors implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly holders: SecondFactorHolders,
    private readonly profiles: Profiles,
    private readonly audit: AuditRecorder,
  ) {}

  onModuleInit(): void {
    this.holders.register(async (transaction, userIds) => {
      const rows = await transaction.query<{ id: number }[]>(
        `SELECT a.id FROM unnest($1::bigint[]) AS a (id)
         WHERE EXISTS (SELECT FROM totp_secrets t WHERE t.user_id = a.id AND t.confirmed_at IS NOT NULL)
           OR EXISTS (SELECT FROM passkeys k WHERE k.user_id = a.id)`,
        [userIds],
      );
      return new Set(rows.map(({ id }) => Number(id)));
    });
  }

  async findByUser(userId: number, transaction: EntityManager = this.dataSource.manager): Promise<FactorsOfAccount> {
    const [row] = await transaction.query<[{ totp: boolean; passkeys: number }]>(
      `SELECT EXISTS (SELECT 1 FROM totp_secrets WHERE user_id = $1 AND confirmed_at IS NOT NULL) AS totp,
        (SELECT count(*)::int FROM passkeys WHERE user_id = $1) AS passkeys`,
      [userId],
    );
    return row;
  }

  /** Accounts that have any second factor. */
  async countHolders(): Promise<number> {
    const [{ holders }] = await this.dataSource.query<[{ holders: number }]>(
      `SELECT count(*)::int AS holders FROM
        (SELECT user_id FROM totp_secrets WHERE confirmed_at IS NOT NULL UNION SELECT user_id FROM passkeys) AS both_kinds`,
    );
    return holders;
  }

  /**
   * Uses up a code of the authenticator app or a recovery code, recognised by its form; spaces and hyphens do not
   * count. It is used together with the sign-in that it is for, and by one request only.
   *
   * @throws SecondFactorInvalid
   */
  async verifyCode(
    transaction: EntityManager,
    person: Candidate,
    text: string,
    now = Date.now(),
  ): Promise<{ secondFactor: 'totp' | 'recovery-code' }> {
    const code = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
    const isTotp = /^\d{6}$/.test(code);
    const isRight = isTotp
      ? await this.verifyTotp(transaction, person.userId, code, now)
      : await this.recoveryCodes.redeem(transaction, person.userId, code);
    if (!isRight) throw new SecondFactorInvalid();
    await this.audit.record(transaction, person, {
      action: isTotp ? SecondFactorActions.verified : SecondFactorActions.recoveryCodeUsed,
      resourceId: person.userId,
    });
    return { secondFactor: isTotp ? 'totp' : 'recovery-code' };
  }

  /** Removes the authenticator app, all passkeys and all recovery codes of an account. Its password stays. */
  async removeAll(
    transaction: EntityManager,
    actor: Actor,
    { userId, username, by }: SecondFactorRemoval,
  ): Promise<void> {
    await lockFactorsOf(transaction, userId);
    for (const table of ['totp_secrets', 'passkeys', 'recovery_codes'])
      await transaction.query(`DELETE FROM ${table} WHERE user_id = $1`, [userId]);
    await this.profiles.invalidate(transaction, userId);
    await this.audit.record(transaction, actor, {
      action: SecondFactorActions.disabled,
      resourceId: userId,
      details: { username, by },
    });
  }

  /** The secret of an app, confirmed or not, as it was stored. */
  openSecret({ userId, sealedSecret }: Pick<TotpSecret, 'userId' | 'sealedSecret'>): string {
    return this.box.open(sealedSecret, contextOf(userId));
  }

  sealSecret(userId: number, secret: string): string {
    return this.box.seal(secret, contextOf(userId));
  }

  /** The step only grows: of two requests with one code, the second finds it used. */
  private async verifyTotp(transaction: EntityManager, userId: number, code: string, now: number): Promise<boolean> {
    const row = await transaction.findOneBy(TotpSecret, { userId });
    const step = row?.confirmedAt ? await stepOfCode(this.openSecret(row), code, now) : undefined;
    if (step === undefined) return false;
    const [, taken] = await transaction.query<[unknown, number]>(
      `UPDATE totp_secrets SET last_step = $2
       WHERE user_id = $1 AND confirmed_at IS NOT NULL AND (last_step IS NULL OR last_step < $2)`,
      [userId, step],
    );
    return taken === 1;
  }
}

/** Changes of one account's factors wait for each other: of two removals the second sees what the first has left. */
export async function lockFactorsOf(transaction: EntityManager, userId: number): Promise<void> {
  await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('second factors', $1))", [userId]);
}

const contextOf = (userId: number) => ({ table: 'totp_secrets', column: 'sealed_secret', row: userId });
