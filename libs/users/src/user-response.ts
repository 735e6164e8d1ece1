import { appOf, effectivePermissions, type RoleGrants } from '@kubarr/access';
import { ApiProperty } from '@kubarr/platform/openapi';
import { type Profile, type ProfileRole } from './profiles.js';

export class UserRoleResponse {
  @ApiProperty({ description: 'Number of the role', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Its name; admin may do everything' })
  name!: string;

  @ApiProperty({ description: 'Purpose of the role', type: String, nullable: true })
  description!: string | null;
}

export class PreferencesResponse {
  @ApiProperty({ description: 'Colours of the pages', enum: ['system', 'light', 'dark'] })
  theme!: string;
}

export class UserResponse {
  @ApiProperty({ description: 'Number of the account', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Name to sign in with' })
  username!: string;

  @ApiProperty({ description: 'E-mail address; also good to sign in with' })
  email!: string;

  @ApiProperty({ description: 'False = may not sign in' })
  is_active!: boolean;

  @ApiProperty({ description: 'False = waits for an administrator' })
  is_approved!: boolean;

  @ApiProperty({ description: 'When the account was made, RFC 3339 in UTC', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'When it was changed last, RFC 3339 in UTC', format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ description: 'Roles the account has', type: [UserRoleResponse] })
  roles!: UserRoleResponse[];

  @ApiProperty({ description: 'Preferences of the user' })
  preferences!: PreferencesResponse;

  @ApiProperty({
    description: 'Union over all roles, sorted; app.<name> for each granted app, app.* for all',
    type: [String],
  })
  permissions!: string[];

  @ApiProperty({
    description: 'Apps that the user may open; * means all, followed by the known ones',
    type: [String],
  })
  allowed_apps!: string[];
}

export class MessageResponse {
  @ApiProperty({ description: 'What happened, for users' })
  message!: string;
}

/** What the roles of an account add to its response. */
export function rightsOf(
  roles: readonly (RoleGrants & ProfileRole)[],
  knownApps: readonly string[],
): Pick<UserResponse, 'roles' | 'permissions' | 'allowed_apps'> {
  const permissions = effectivePermissions(roles);
  return { roles: roles.map(roleOf), permissions, allowed_apps: allowedApps(permissions, knownApps) };
}

const roleOf = ({ id, name, description }: ProfileRole): UserRoleResponse => ({ id, name, description });

export function responseOf(profile: Profile): UserResponse {
  const permissions = [...profile.permissions];
  return {
    id: profile.id,
    username: profile.username,
    email: profile.email,
    is_active: profile.isActive,
    is_approved: profile.isApproved,
    created_at: profile.createdAt.toISOString(),
    updated_at: profile.updatedAt.toISOString(),
    roles: profile.roles.map(roleOf),
    preferences: { theme: profile.theme },
    permissions,
    allowed_apps: allowedApps(permissions, profile.knownApps),
  };
}

/** The web client compares names and does not know what `*` means, so the names follow it. */
function allowedApps(permissions: readonly string[], knownApps: readonly string[]): string[] {
  const granted = permissions.flatMap((key) => appOf(key) ?? []);
  return granted.includes('*') ? ['*', ...new Set([...granted.filter((name) => name !== '*'), ...knownApps])] : granted;
}
