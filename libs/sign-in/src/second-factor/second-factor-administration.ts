import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { Accounts, SerializedRightsChanges } from '@kubarr/users';
import { SecondFactors } from './second-factors.js';
import { type SecondFactorStatisticsResponse } from './second-factor.dto.js';
import { SecondFactorResetRefused } from './second-factor.errors.js';

/** Lists and resets second factors of other accounts, for administrators. */
@Injectable()
export class SecondFactorAdministration {
  constructor(
    private readonly guarded: SerializedRightsChanges,
    private readonly factors: SecondFactors,
    private readonly accounts: Accounts,
  ) {}

  async statistics(): Promise<SecondFactorStatisticsResponse> {
    const [total, enabled] = await Promise.all([this.accounts.count(), this.factors.countHolders()]);
    return { total_users: total, enabled_count: enabled, disabled_count: total - enabled };
  }

  /**
   * Removes every second factor of an account that has lost them. The password stays.
   *
   * @throws SecondFactorResetRefused for oneself; UserNotFound; BeyondOwnPermissions for people who may do more.
   */
  async reset(actor: Actor, caller: SignedIn, userId: number): Promise<{ message: string }> {
    if (userId === caller.userId) throw new SecondFactorResetRefused();
    const username = await this.guarded.execute(caller, 'users.reset_password', async ({ transaction, loadTarget }) => {
      const { username } = await loadTarget(userId);
      await this.factors.removeAll(transaction, actor, { userId, username, by: 'administrator' });
      return username;
    });
    return { message: `${username} signs in without a second factor until one is set up again` };
  }
}
