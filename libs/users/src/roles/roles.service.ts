import { Injectable } from '@nestjs/common';
import {
  type Actor,
  appOf,
  appPermission,
  covers,
  effectivePermissions,
  isAdministrator,
  isPermission,
  PERMISSIONS,
  type SignedIn,
} from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { violatesUnique } from '@kubarr/platform/database';
import { DataSource, type EntityManager } from 'typeorm';
import { assertAllowed } from '../accounts.js';
import { type RightsChange, SerializedRightsChanges } from '../serialized-rights-changes.js';
import { SecondFactorHolders } from '../second-factor-holders.js';
import { type MessageResponse } from '../user-response.js';
import {
  BeyondOwnPermissions,
  RoleNameTaken,
  RoleNotFound,
  SecondFactorMissing,
  SystemRole,
  TooManyRoles,
} from '../users.errors.js';
import { RoleAppPermission, RolePermission, UserRole } from './role-grants.entity.js';
import { authorityOfRole } from './role-members.js';
import { Role } from './role.entity.js';
import { cleanName, checkedAppNames, quoted } from './role-rules.js';
import { type RoleRow, rolesWithGrants } from './role-row.js';
import {
  type CreateRoleRequest,
  type PermissionResponse,
  type RoleResponse,
  type UpdateRoleRequest,
} from './roles.dto.js';
import { RoleActions } from '../users.actions.js';

/** Most roles: one answer lists all of them, and an account may have all of them. */
const MAX_ROLES = 200;

interface Grants {
  readonly permissions: readonly string[];
  readonly appNames: readonly string[];
}

/** Roles and what they grant. */
@Injectable()
export class RolesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: SerializedRightsChanges,
    private readonly secondFactors: SecondFactorHolders,
    private readonly audit: AuditRecorder,
  ) {}

  async list(): Promise<RoleResponse[]> {
    return (await rolesWithGrants(this.dataSource.manager)).map(responseOf);
  }

  async findById(roleId: number): Promise<RoleResponse> {
    return responseOf(await find(this.dataSource.manager, roleId));
  }

  /** Everything that can be granted: the catalogue, all apps, and each app that some role names. */
  async listPermissions(): Promise<PermissionResponse[]> {
    const apps = await this.dataSource.query<{ name: string }[]>(
      `SELECT DISTINCT app_name AS name FROM role_app_permissions WHERE app_name <> '*' ORDER BY 1`,
    );
    return [
      ...PERMISSIONS.map(({ key, category, text }) => ({ key, category, description: text })),
      { key: appPermission('*'), category: 'App Access', description: 'Open every app' },
      ...apps.map(({ name }) => ({ key: appPermission(name), category: 'App Access', description: `Open ${name}` })),
    ];
  }

  /** @throws RoleNameTaken, TooManyRoles, BeyondOwnPermissions, InvalidFields */
  create(actor: Actor, caller: SignedIn, request: CreateRoleRequest): Promise<RoleResponse> {
    const name = cleanName(request.name);
    const appNames = checkedAppNames(request.app_names ?? []);
    return this.changes.execute(caller, 'roles.manage', async (change) => {
      if ((await change.transaction.count(Role)) >= MAX_ROLES) throw new TooManyRoles(MAX_ROLES);
      const facts = {
        name,
        description: request.description?.trim() || null,
        requiresTwoFactor: request.requires_2fa ?? false,
      };
      const { identifiers } = await change.transaction.insert(Role, facts).catch(refuseTaken);
      const { id } = identifiers[0] as { id: number };
      await this.audit.record(change.transaction, actor, {
        action: RoleActions.created,
        resourceId: id,
        details: { name, description: facts.description, requires_2fa: facts.requiresTwoFactor, app_names: appNames },
      });
      return this.grant(change, await find(change.transaction, id), { permissions: [], appNames });
    });
  }

  /** @throws RoleNotFound, SystemRole, RoleNameTaken, BeyondOwnPermissions, SecondFactorMissing */
  update(actor: Actor, caller: SignedIn, roleId: number, request: UpdateRoleRequest): Promise<RoleResponse> {
    const name = request.name ? cleanName(request.name) : undefined;
    return this.changes.execute(caller, 'roles.manage', async (change) => {
      const role = await loadTarget(change, roleId);
      const facts = {
        name: name ?? role.name,
        description: typeof request.description === 'string' ? request.description.trim() || null : role.description,
        requiresTwoFactor: request.requires_2fa ?? role.requiresTwoFactor,
      };
      if (role.isSystem && facts.name !== role.name) throw new SystemRole('Renaming');
      if (isAdministrator(role) && facts.requiresTwoFactor && !role.requiresTwoFactor)
        await this.assertNobodyIsKeptOut(change.transaction, role);
      await change.transaction.update(Role, { id: roleId }, facts).catch(refuseTaken);
      await this.recordUpdate(change.transaction, actor, role, {
        name: [role.name, facts.name],
        description: [role.description, facts.description],
        requires_2fa: [role.requiresTwoFactor, facts.requiresTwoFactor],
      });
      change.markChanged(null);
      return responseOf(await find(change.transaction, roleId));
    });
  }

  /** Removes a role; its members lose what it granted. @throws RoleNotFound, SystemRole, BeyondOwnPermissions */
  async remove(actor: Actor, caller: SignedIn, roleId: number): Promise<MessageResponse> {
    await this.changes.execute(caller, 'roles.manage', async (change) => {
      const role = await loadTarget(change, roleId);
      if (role.isSystem) throw new SystemRole('Removing');
      const members = await change.transaction.countBy(UserRole, { roleId });
      await change.transaction.delete(Role, { id: roleId });
      await this.audit.record(change.transaction, actor, {
        action: RoleActions.deleted,
        resourceId: roleId,
        details: { name: role.name, members, permissions: role.permissions, app_names: role.appNames },
      });
      change.markChanged(null);
    });
    return { message: 'The role was removed' };
  }

  /** Replaces the apps and leaves the other permissions. */
  setApps(actor: Actor, caller: SignedIn, roleId: number, names: readonly string[]): Promise<RoleResponse> {
    const appNames = checkedAppNames(names);
    return this.replace(actor, caller, roleId, ({ permissions }) => ({ permissions, appNames }));
  }

  /** Replaces everything that a role grants. @throws InvalidFields for keys that do not exist. */
  setPermissions(actor: Actor, caller: SignedIn, roleId: number, keys: readonly string[]): Promise<RoleResponse> {
    const permissions = keys.filter((key) => appOf(key) === undefined);
    const unknown = permissions.filter((key) => !isPermission(key));
    assertAllowed([
      { path: 'permissions', message: unknown.length > 0 ? `do not include ${quoted(unknown)}` : undefined },
    ]);
    const appNames = checkedAppNames(
      keys.flatMap((key) => appOf(key) ?? []),
      'permissions',
    );
    return this.replace(actor, caller, roleId, () => ({ permissions, appNames }));
  }

  private replace(
    actor: Actor,
    caller: SignedIn,
    roleId: number,
    wanted: (role: RoleRow) => Grants,
  ): Promise<RoleResponse> {
    return this.changes.execute(caller, 'roles.manage', async (change) => {
      const role = await loadTarget(change, roleId);
      if (isAdministrator(role)) throw new SystemRole('Changing what admin grants (everything)');
      const grants = wanted(role);
      const answer = await this.grant(change, role, grants);
      await this.recordUpdate(change.transaction, actor, role, {
        permissions: [role.permissions, [...grants.permissions].sort()],
        app_names: [role.appNames, [...grants.appNames].sort()],
      });
      return answer;
    });
  }

  private async grant(change: RightsChange, role: RoleRow, grants: Grants): Promise<RoleResponse> {
    const { transaction, authority } = change;
    if (!covers(authority, authorityOfRole({ ...role, ...grants }))) throw new BeyondOwnPermissions();
    const roleId = role.id;
    await transaction.delete(RolePermission, { roleId });
    await transaction.delete(RoleAppPermission, { roleId });
    if (grants.permissions.length > 0)
      await transaction.insert(
        RolePermission,
        grants.permissions.map((permission) => ({ roleId, permission })),
      );
    if (grants.appNames.length > 0)
      await transaction.insert(
        RoleAppPermission,
        grants.appNames.map((appName) => ({ roleId, appName })),
      );
    change.markChanged(null);
    return responseOf(await find(transaction, roleId));
  }

  /** Records the fields that differ in one audit entry; none when all are equal. */
  private async recordUpdate(
    transaction: EntityManager,
    actor: Actor,
    role: RoleRow,
    fields: Readonly<Record<string, readonly [old: unknown, now: unknown]>>,
  ): Promise<void> {
    const different = Object.entries(fields).filter(([, [old, now]]) => JSON.stringify(old) !== JSON.stringify(now));
    if (different.length === 0) return;
    const details = Object.fromEntries(different.map(([field, [old, now]]) => [field, { old, new: now }]));
    await this.audit.record(transaction, actor, {
      action: RoleActions.updated,
      resourceId: role.id,
      details: { role: role.name, ...details },
    });
  }

  private async assertNobodyIsKeptOut(transaction: EntityManager, role: RoleRow): Promise<void> {
    const members = await transaction.findBy(UserRole, { roleId: role.id });
    const userIds = members.map(({ userId }) => userId);
    const holders = await this.secondFactors.among(transaction, userIds);
    const without = userIds.filter((userId) => !holders.has(userId)).length;
    if (without > 0) throw new SecondFactorMissing(without);
  }
}

async function find(transaction: EntityManager, roleId: number): Promise<RoleRow> {
  const [role] = await rolesWithGrants(transaction, [roleId]);
  if (!role) throw new RoleNotFound();
  return role;
}

async function loadTarget({ transaction, authority }: RightsChange, roleId: number): Promise<RoleRow> {
  const role = await find(transaction, roleId);
  if (!covers(authority, authorityOfRole(role))) throw new BeyondOwnPermissions();
  return role;
}

/** The role `admin` has no rows of grants, but grants everything. */
function responseOf(role: RoleRow): RoleResponse {
  const appNames = isAdministrator(role) ? ['*'] : [...role.appNames];
  return {
    id: role.id,
    name: role.name,
    description: role.description,
    is_system: role.isSystem,
    requires_2fa: role.requiresTwoFactor,
    created_at: role.createdAt.toISOString(),
    app_names: appNames,
    permissions: effectivePermissions([role]),
  };
}

function refuseTaken(error: unknown): never {
  if (violatesUnique(error, 'uq_roles_name')) throw new RoleNameTaken();
  throw error;
}
