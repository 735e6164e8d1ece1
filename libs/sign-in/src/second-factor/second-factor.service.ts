import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { Profiles, requiresSecondFactor } from '@kubarr/users';
import { SessionDirectory } from '@kubarr/auth';
import { DataSource } from 'typeorm';
import { Confirmation } from '../confirmation/confirmation.js';
import { RecoveryCodes } from './recovery-codes.js';
import { lockFactorsOf, SecondFactors } from './second-factors.js';
import { newTotpSecret, provisioningUri, stepOfCode } from './totp.js';
import { TotpSecret } from './totp-secret.entity.js';
import {
  type RecoveryCodesResponse,
  type TotpEnabledResponse,
  type TotpSetupResponse,
  type SecondFactorStatusResponse,
} from './second-factor.dto.js';
import {
  SecondFactorRequiredByRole,
  SecondFactorNotOn,
  TotpAlreadyOn,
  TotpCodeInvalid,
  TotpNotOn,
} from './second-factor.errors.js';
import { SecondFactorActions } from '../sign-in.actions.js';

/** The authenticator app and the recovery codes of one's own account. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly factors: SecondFactors,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly profiles: Profiles,
    private readonly sessions: SessionDirectory,
    private readonly confirmation: Confirmation,
    private readonly audit: AuditRecorder,
  ) {}

  async status({ userId, mustEnrol }: SignedIn): Promise<SecondFactorStatusResponse> {
    const row = await this.dataSource.getRepository(TotpSecret).findOneBy({ userId });
    const { passkeys } = await this.factors.findByUser(userId);
    return {
      enabled: Boolean(row?.confirmedAt),
      verified_at: row?.confirmedAt?.toISOString() ?? null,
      required_by_role: await this.isRequired(userId),
      passkeys,
      must_enrol: mustEnrol,
    };
  }

  /** Creates a secret, which replaces one that was never confirmed. @throws TotpAlreadyOn */
  async createTotpSecret({ userId }: SignedIn): Promise<TotpSetupResponse> {
    const profile = await this.profiles.findById(userId);
    const secret = await newTotpSecret();
    const stored = await this.dataSource.query<unknown[]>(
      `INSERT INTO totp_secrets (user_id, sealed_secret) VALUES ($1, $2)
       ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = now()
       WHERE totp_secrets.confirmed_at IS NULL RETURNING user_id`,
      [userId, this.factors.sealSecret(userId, secret)],
    );
    if (stored.length === 0) throw new TotpAlreadyOn();
    const { renderSVG } = await import('uqr');
    const uri = provisioningUri(secret, profile?.email ?? '');
    return { secret, provisioning_uri: uri, qr_code: renderSVG(uri, { border: 2 }) };
  }

  /** @throws TotpAlreadyOn, TotpNotOn without a secret, TotpCodeInvalid, NotSignedIn */
  async enableTotp(actor: Actor, caller: SignedIn, code: string): Promise<TotpEnabledResponse> {
    const { userId } = caller;
    const codes = await this.dataSource.transaction(async (transaction) => {
      await this.sessions.lockAccountOf(transaction, caller);
      const row = await transaction.findOne(TotpSecret, { where: { userId }, lock: { mode: 'pessimistic_write' } });
      if (!row) throw new TotpNotOn();
      if (row.confirmedAt) throw new TotpAlreadyOn();
      const step = await stepOfCode(this.factors.openSecret(row), code, Date.now());
      if (step === undefined) throw new TotpCodeInvalid();
      await transaction.update(TotpSecret, { userId }, { confirmedAt: () => 'now()', lastStep: step });
      const made = await this.recoveryCodes.regenerate(transaction, userId);
      await this.profiles.invalidate(transaction, userId);
      await this.audit.record(transaction, actor, { action: SecondFactorActions.enabled, resourceId: userId });
      return made;
    });
    return { message: 'Two-factor authentication is on', recovery_codes: codes };
  }

  /** @throws TotpNotOn, SecondFactorRequiredByRole, or as `Confirmation.requirePassword`. */
  async disableTotp(actor: Actor, caller: SignedIn, password: string): Promise<{ message: string }> {
    const { userId } = caller;
    if (!(await this.factors.findByUser(userId)).totp) throw new TotpNotOn();
    await this.confirmation.requirePassword(actor, caller, password, SecondFactorActions.disabled);
    const isRequired = await this.isRequired(userId);
    await this.dataSource.transaction(async (transaction) => {
      await lockFactorsOf(transaction, userId);
      await transaction.delete(TotpSecret, { userId });
      const { passkeys } = await this.factors.findByUser(userId, transaction);
      if (passkeys === 0 && isRequired) throw new SecondFactorRequiredByRole();
      if (passkeys === 0) await this.recoveryCodes.deleteAll(transaction, userId);
      await this.profiles.invalidate(transaction, userId);
      await this.audit.record(transaction, actor, { action: SecondFactorActions.disabled, resourceId: userId });
    });
    return { message: 'The authenticator app is no longer asked for' };
  }

  async countRecoveryCodes({ userId }: SignedIn): Promise<{ remaining: number }> {
    return { remaining: await this.recoveryCodes.countUnused(userId) };
  }

  /** @throws SecondFactorNotOn, NotSignedIn, or as `Confirmation.requirePassword`. */
  async createRecoveryCodes(actor: Actor, caller: SignedIn, password: string): Promise<RecoveryCodesResponse> {
    const { userId } = caller;
    const { totp, passkeys } = await this.factors.findByUser(userId);
    if (!totp && passkeys === 0) throw new SecondFactorNotOn();
    await this.confirmation.requirePassword(actor, caller, password, SecondFactorActions.recoveryCodesCreated);
    return this.dataSource.transaction(async (transaction) => {
      await this.sessions.lockAccountOf(transaction, caller);
      await lockFactorsOf(transaction, userId);
      await this.audit.record(transaction, actor, {
        action: SecondFactorActions.recoveryCodesCreated,
        resourceId: userId,
      });
      return { recovery_codes: await this.recoveryCodes.regenerate(transaction, userId) };
    });
  }

  private async isRequired(userId: number): Promise<boolean> {
    const profile = await this.profiles.findById(userId);
    return profile !== undefined && requiresSecondFactor(profile);
  }
}
