import { type RoleGrants } from '@kubarr/access';
import { type EntityManager } from 'typeorm';

/** A role with what it grants. */
export interface RoleRow extends RoleGrants {
  readonly id: number;
  readonly description: string | null;
  readonly requiresTwoFactor: boolean;
  readonly createdAt: Date;
}

/** All roles, or some of them, by id, with their grants sorted, in one query. */
export function rolesWithGrants(transaction: EntityManager, ids?: readonly number[]): Promise<RoleRow[]> {
  return transaction.query<RoleRow[]>(
    `SELECT r.id, r.name, r.description, r.is_system AS "isSystem", r.requires_2fa AS "requiresTwoFactor",
       r.created_at AS "createdAt",
       ARRAY(SELECT g.permission FROM role_permissions g WHERE g.role_id = r.id ORDER BY 1) AS permissions,
       ARRAY(SELECT a.app_name FROM role_app_permissions a WHERE a.role_id = r.id ORDER BY 1) AS "appNames"
     FROM roles r WHERE $1::bigint[] IS NULL OR r.id = ANY ($1) ORDER BY r.id`,
    [ids ?? null],
  );
}
