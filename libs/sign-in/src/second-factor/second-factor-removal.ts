import { type Actor } from '@kubarr/access';
import { type AuditRecorder } from '@kubarr/audit';
import { type ReplicaBus } from '@kubarr/platform/database';
import { PROFILE_CHANGED } from '@kubarr/users';
import { type EntityManager } from 'typeorm';
import { lockFactorsOf } from './second-factors.js';
import { SecondFactorActions } from '../sign-in.actions.js';

/** Whose factors are removed, and what the audit entry says about it. */
export interface SecondFactorRemoval {
  readonly userId: number;
  readonly username: string;
  readonly by: 'administrator' | 'command on the server';
}

/** Removes the authenticator app, all passkeys and all recovery codes of an account. Its password stays. */
export async function removeSecondFactors(
  transaction: EntityManager,
  actor: Actor,
  { userId, username, by }: SecondFactorRemoval,
  { audit, bus }: { audit: AuditRecorder; bus: ReplicaBus },
): Promise<void> {
  await lockFactorsOf(transaction, userId);
  for (const table of ['totp_secrets', 'passkeys', 'recovery_codes'])
    await transaction.query(`DELETE FROM ${table} WHERE user_id = $1`, [userId]);
  await bus.publish(transaction, PROFILE_CHANGED, userId);
  await audit.record(transaction, actor, {
    action: SecondFactorActions.disabled,
    resourceId: userId,
    details: { username, by },
  });
}
