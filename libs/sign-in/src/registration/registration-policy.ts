import { Injectable } from '@nestjs/common';
import { Settings } from '@kubarr/settings';
import { Accounts } from '@kubarr/users';
import { type EntityManager } from 'typeorm';
import { RegistrationSettings } from './registration.settings.js';
import { RegistrationClosed, RegistrationCrowded } from './registration.errors.js';

/** Accounts that may wait for approval at the same time: anonymous requests cannot fill the database. */
const MAX_WAITING = 100;

/** Whether a person without an invite may register. */
@Injectable()
export class RegistrationPolicy {
  constructor(
    private readonly accounts: Accounts,
    private readonly settings: Settings,
  ) {}

  /**
   * By the settings as they are stored at this moment, past the cache: ask in the transaction that makes the account.
   *
   * @returns Whether the account is approved at once.
   * @throws RegistrationClosed, RegistrationCrowded
   */
  async check(transaction: EntityManager): Promise<{ isApproved: boolean }> {
    const { waiting, hasAdministrator } = await this.accounts.registrationState(transaction);
    const isEnabled = await this.settings.getWithin(transaction, RegistrationSettings.isEnabled);
    if (!isEnabled || !hasAdministrator) throw new RegistrationClosed();
    if (waiting >= MAX_WAITING) throw new RegistrationCrowded();
    return { isApproved: !(await this.settings.getWithin(transaction, RegistrationSettings.requiresApproval)) };
  }
}
