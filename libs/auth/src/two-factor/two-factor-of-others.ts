import { Injectable } from '@nestjs/common';
import { type Actor, holds, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { Notifications } from '@kubarr/platform/database';
import { Accounts, Profiles } from '@kubarr/users';
import { DataSource } from 'typeorm';
import { FactorChanges } from './factor-changes.js';
import { removeFactors } from './factor-removal.js';
import { SecondFactors } from './second-factors.js';
import { type TwoFactorStats } from './two-factor.dto.js';
import { SecondFactorOwnerNotFound, SecondFactorResetRefused } from './two-factor.errors.js';

/** What administrators see of the second factors of others, and do when somebody has lost theirs. */
@Injectable()
export class TwoFactorOfOthers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly factors: SecondFactors,
    private readonly changes: FactorChanges,
    private readonly accounts: Accounts,
    private readonly profiles: Profiles,
    private readonly audit: AuditRecorder,
    private readonly notifications: Notifications,
  ) {}

  async statistics(): Promise<TwoFactorStats> {
    const [total, enabled] = await Promise.all([this.accounts.count(), this.factors.countHolders()]);
    return { total_users: total, enabled_count: enabled, disabled_count: total - enabled };
  }

  /**
   * Removes every second factor of somebody who has lost theirs. The password stays.
   *
   * @throws SecondFactorOwnerNotFound, or SecondFactorResetRefused for oneself and for people who may do more.
   */
  async reset(actor: Actor, caller: SignedIn, userId: number): Promise<{ message: string }> {
    if (userId === caller.userId)
      throw new SecondFactorResetRefused('Your own second factor is changed on your account page.');
    const profile = await this.profiles.of(userId);
    if (!profile) throw new SecondFactorOwnerNotFound();
    if (![...profile.permissions].every((permission) => holds(caller.permissions, permission)))
      throw new SecondFactorResetRefused('This account may do more than you; ask somebody who may do as much.');
    const { username } = profile;
    await this.dataSource.transaction((transaction) =>
      removeFactors(
        transaction,
        actor,
        { userId, username, by: 'administrator' },
        { audit: this.audit, notifications: this.notifications },
      ),
    );
    this.changes.forget(userId);
    return { message: `${username} signs in without a second factor until one is set up again` };
  }
}
