import { Injectable } from '@nestjs/common';
import { type Actor, type Authority, covers, effectivePermissions, isAdministrator } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { type EntityManager } from 'typeorm';
import { type RightsChange } from '../serialized-rights-changes.js';
import { BeyondOwnPermissions, UnknownRoles } from '../users.errors.js';
import { UserRole } from './role-grants.entity.js';
import { type RoleRow, rolesWithGrants } from './role-row.js';
import { UserActions } from '../users.actions.js';

/** Who is in which role. */
@Injectable()
export class RoleMembers {
  constructor(private readonly audit: AuditRecorder) {}

  /**
   * Gives an account exactly these roles, with an audit entry for each added or removed role.
   *
   * @throws UnknownRoles; BeyondOwnPermissions when an added or removed role has a permission that the caller does not
   * have.
   */
  async setRoles(
    { transaction, authority }: RightsChange,
    actor: Actor,
    userId: number,
    before: readonly number[],
    after: readonly number[],
  ): Promise<void> {
    const added = after.filter((id) => !before.includes(id));
    const removed = before.filter((id) => !after.includes(id));
    const roles = await this.loadRoles(transaction, authority, [...added, ...removed]);
    for (const roleId of removed) await transaction.delete(UserRole, { userId, roleId });
    if (added.length > 0)
      await transaction.insert(
        UserRole,
        added.map((roleId) => ({ userId, roleId })),
      );
    for (const role of roles) {
      await this.audit.record(transaction, actor, {
        action: added.includes(role.id) ? UserActions.roleAssigned : UserActions.roleUnassigned,
        resourceId: userId,
        details: { role: role.name, role_id: role.id },
      });
    }
  }

  private async loadRoles(
    transaction: EntityManager,
    authority: Authority,
    ids: readonly number[],
  ): Promise<readonly RoleRow[]> {
    if (ids.length === 0) return [];
    const roles = await rolesWithGrants(transaction, ids);
    const unknown = ids.filter((id) => !roles.some((role) => role.id === id));
    if (unknown.length > 0) throw new UnknownRoles(unknown);
    if (!roles.every((role) => covers(authority, authorityOfRole(role)))) throw new BeyondOwnPermissions();
    return roles;
  }
}

/** The authority that is needed to grant or withdraw a role. */
export const authorityOfRole = (role: RoleRow): Authority => ({
  permissions: new Set(effectivePermissions([role])),
  isAdministrator: isAdministrator(role),
});
