import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { type EntityManager } from 'typeorm';
import { InviteUnusable } from '../users.errors.js';
import { hashOf } from './invite-code.js';
import { InviteActions } from '../users.actions.js';

/** Condition in SQL for an invite that can be used. */
export const IS_USABLE = 'used_at IS NULL AND (expires_at IS NULL OR expires_at > now())';

/** Using invites, for the area that registers people. */
@Injectable()
export class InviteRedemption {
  constructor(private readonly audit: AuditRecorder) {}

  async isUsable(transaction: EntityManager, code: string): Promise<boolean> {
    const found = await transaction.query<unknown[]>(`SELECT 1 FROM invites WHERE code_hash = $1 AND ${IS_USABLE}`, [
      hashOf(code),
    ]);
    return found.length > 0;
  }

  /**
   * Uses an invite up, as part of the registration. Of two concurrent uses, the second waits for the first and fails.
   *
   * @throws InviteUnusable
   */
  async redeem(transaction: EntityManager, actor: Actor, code: string, userId: number): Promise<void> {
    const [[used]] = await transaction.query<[{ id: number }[], number]>(
      `UPDATE invites SET used_at = now(), used_by_id = $2 WHERE code_hash = $1 AND ${IS_USABLE} RETURNING id`,
      [hashOf(code), userId],
    );
    if (!used) throw new InviteUnusable();
    await this.audit.record(transaction, actor, {
      action: InviteActions.used,
      resourceId: used.id,
      details: { user_id: userId },
    });
  }
}
