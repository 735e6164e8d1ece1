import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { type Profile, Profiles } from './profiles.js';
import { type UserAnswer } from './users.dto.js';
import { AccountGone } from './users.errors.js';

@Injectable()
export class UsersService {
  constructor(private readonly profiles: Profiles) {}

  /** The permissions are those of the caller: an API token may have fewer than the person, an enrolment session none. */
  async me({ userId, permissions }: SignedIn): Promise<UserAnswer> {
    const profile = await this.profiles.of(userId);
    if (!profile) throw new AccountGone();
    return answerOf({ ...profile, permissions });
  }
}

function answerOf(profile: Profile): UserAnswer {
  const permissions = [...profile.permissions];
  return {
    id: profile.id,
    username: profile.username,
    email: profile.email,
    is_active: profile.isActive,
    is_approved: profile.isApproved,
    created_at: profile.createdAt.toISOString(),
    updated_at: profile.updatedAt.toISOString(),
    roles: profile.roles.map(({ id, name, description }) => ({ id, name, description })),
    preferences: { theme: profile.theme },
    permissions,
    allowed_apps: allowedApps(permissions),
  };
}

/** `['*']` with the wildcard, else the granted names. */
function allowedApps(permissions: readonly string[]): string[] {
  const names = permissions.filter((key) => key.startsWith('app.')).map((key) => key.slice('app.'.length));
  return names.includes('*') ? ['*'] : names;
}
