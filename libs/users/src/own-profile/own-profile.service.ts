import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { DataSource, type EntityManager } from 'typeorm';
import { emailRefusal, usernameRefusal } from '../account-rules.js';
import { assertAllowed, refuseTaken } from '../accounts.js';
import { type Profile, Profiles } from '../profiles.js';
import { responseOf, type PreferencesResponse, type UserResponse } from '../user-response.js';
import { User } from '../user.entity.js';
import { AccountGone } from '../users.errors.js';
import { type UpdateOwnProfileRequest, type UpdatePreferencesRequest } from './own-profile.dto.js';
import { UserPreferences } from './user-preferences.entity.js';
import { UserActions } from '../users.actions.js';

/** What people see and change of their own account. */
@Injectable()
export class OwnProfileService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly audit: AuditRecorder,
  ) {}

  /** The permissions are those of the caller: an API token may have fewer than the person, an enrolment session none. */
  async read({ userId, permissions }: SignedIn): Promise<UserResponse> {
    return responseOf({ ...(await this.profile(userId)), permissions });
  }

  async preferences(userId: number): Promise<PreferencesResponse> {
    return { theme: (await this.profile(userId)).theme };
  }

  /** @throws UsernameTaken, EmailTaken, InvalidFields */
  async update(actor: Actor, userId: number, request: UpdateOwnProfileRequest): Promise<UserResponse> {
    const username = request.username?.trim();
    const email = request.email?.trim();
    assertAllowed([
      { path: 'username', message: username === undefined ? undefined : usernameRefusal(username) },
      { path: 'email', message: email === undefined ? undefined : emailRefusal(email) },
    ]);
    return this.change(userId, async (transaction, before) => {
      const after = { username: username ?? before.username, email: email ?? before.email };
      const details = {
        ...(after.username !== before.username && { username: { old: before.username, new: after.username } }),
        ...(after.email !== before.email && { email: { old: before.email, new: after.email } }),
      };
      if (Object.keys(details).length === 0) return;
      await transaction.update(User, { id: userId }, { ...after, updatedAt: () => 'now()' }).catch(refuseTaken);
      await this.audit.record(transaction, actor, {
        action: UserActions.updated,
        resourceId: userId,
        details,
      });
    });
  }

  async setPreferences(userId: number, { theme }: UpdatePreferencesRequest): Promise<PreferencesResponse> {
    const { preferences } = await this.change(userId, async (transaction) => {
      if (theme) await transaction.upsert(UserPreferences, { userId, theme, updatedAt: () => 'now()' }, ['userId']);
    });
    return preferences;
  }

  private async profile(userId: number): Promise<Profile> {
    const profile = await this.profiles.findById(userId);
    if (!profile) throw new AccountGone();
    return profile;
  }

  private async change(
    userId: number,
    work: (transaction: EntityManager, before: Profile) => Promise<void>,
  ): Promise<UserResponse> {
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
      const before = await this.profiles.findInTransaction(transaction, userId);
      if (!before) throw new AccountGone();
      await work(transaction, before);
      await this.profiles.invalidate(transaction, userId);
      return responseOf((await this.profiles.findInTransaction(transaction, userId)) ?? before);
    });
  }
}
