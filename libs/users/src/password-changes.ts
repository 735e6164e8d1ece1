import { type Actor } from '@kubarr/access';
import { type AuditRecorder } from '@kubarr/audit';
import { type ReplicaBus } from '@kubarr/platform/database';
import { type EntityManager } from 'typeorm';
import { PROFILE_CHANGED } from './profiles.js';
import { UserActions } from './users.actions.js';

/** Whose password is replaced. */
export interface PasswordReplacement {
  readonly userId: number;
  readonly username: string;
  readonly passwordHash: string;
}

/**
 * Replaces the password of an account without asking whether anybody may: for commands on the server. All its sessions
 * end, on every replica.
 */
export async function replacePassword(
  transaction: EntityManager,
  actor: Actor,
  { userId, username, passwordHash }: PasswordReplacement,
  { audit, bus }: { audit: AuditRecorder; bus: ReplicaBus },
): Promise<void> {
  await storePassword(transaction, userId, passwordHash);
  await bus.publish(transaction, PROFILE_CHANGED, userId);
  await audit.record(transaction, actor, {
    action: UserActions.passwordChanged,
    resourceId: userId,
    details: { username, reset: true, by: 'command on the server' },
  });
}

/**
 * Stores a new password and ends every session that began before, on all replicas. Announce the change of the profile as
 * well.
 *
 * @returns The moment after which sessions count.
 */
export async function storePassword(transaction: EntityManager, userId: number, passwordHash: string): Promise<Date> {
  await lockAccount(transaction, userId);
  await transaction.query('UPDATE users SET password_hash = $2, updated_at = now() WHERE id = $1', [
    userId,
    passwordHash,
  ]);
  return endAllSessions(transaction, userId);
}

/** Ends every session that began before now. Announce the change of the profile as well. */
export async function endAllSessions(transaction: EntityManager, userId: number): Promise<Date> {
  await lockAccount(transaction, userId); // first, so that a sign-in under way is over, or sees the new time
  // Whole milliseconds, upwards: that is how finely the session check compares.
  const [[{ sessions_valid_after }]] = await transaction.query<[[{ sessions_valid_after: Date }], number]>(
    `UPDATE users SET sessions_valid_after = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'
     WHERE id = $1 RETURNING sessions_valid_after`,
    [userId],
  );
  return sessions_valid_after;
}

/** Keeps other changes of an account waiting until the transaction ends. */
export async function lockAccount(transaction: EntityManager, userId: number): Promise<void> {
  await transaction.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
}
