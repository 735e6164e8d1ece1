import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { PreparedStatements } from '@kubarr/platform/database';
import { type EntityManager } from 'typeorm';
import { type AuditAction } from './audit-action.js';

/** An entry without its actor. */
export interface AuditEntry {
  readonly action: AuditAction;
  /** Type of resource that the entry is about, where it is not that of the action. */
  readonly resource?: string;
  /** Identity of that resource; a session id for sign-ins. */
  readonly resourceId?: string | number | null;
  /** Changed fields with old and new value. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Error message. Absent = success. */
  readonly failure?: string;
}

/** Plain SQL, since this is part of every change: the query builder would cost as much as the insert. */
const INSERT = `
  INSERT INTO audit_logs (user_id, username, action, resource_type, resource_id, details, ip_address, user_agent, success, error_message)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

/** Writes an entry in the transaction of the change it records: both commit, or neither. */
@Injectable()
export class AuditRecorder {
  constructor(private readonly statements: PreparedStatements) {}

  async record(transaction: EntityManager, actor: Actor, entry: AuditEntry): Promise<void> {
    await this.statements.execute(transaction, 'record-audit-entry', INSERT, [
      actor.userId,
      actor.username,
      entry.action.key,
      entry.resource ?? entry.action.resource,
      entry.resourceId === undefined || entry.resourceId === null ? null : String(entry.resourceId),
      entry.details ? JSON.stringify(entry.details) : null,
      actor.address,
      actor.userAgent,
      entry.failure === undefined,
      entry.failure ?? null,
    ]);
  }
}
