import { Injectable } from '@nestjs/common';
import { ADMIN_ROLE } from '@kubarr/access';
import { type EntityManager } from 'typeorm';

/** Accounts that can sign in, such as those to notify. Locks their rows against removal until the transaction ends. */
@Injectable()
export class ActiveAccounts {
  async administrators(transaction: EntityManager): Promise<number[]> {
    const rows = await transaction.query<{ id: number }[]>(
      `SELECT u.id FROM users u
       WHERE u.is_active AND u.is_approved AND EXISTS (
         SELECT FROM user_roles m JOIN roles r ON r.id = m.role_id WHERE m.user_id = u.id AND r.is_system AND r.name = $1)
       ORDER BY u.id FOR KEY SHARE OF u`,
      [ADMIN_ROLE],
    );
    return rows.map(({ id }) => id);
  }

  /** Those of the accounts that exist and can sign in. */
  async among(transaction: EntityManager, userIds: readonly number[]): Promise<number[]> {
    if (userIds.length === 0) return [];
    const rows = await transaction.query<{ id: number }[]>(
      'SELECT id FROM users WHERE id = ANY ($1) AND is_active AND is_approved ORDER BY id FOR KEY SHARE',
      [userIds],
    );
    return rows.map(({ id }) => id);
  }
}
