import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { type EntityManager } from 'typeorm';
import { type AuditAction, type AuditResource } from './audit-catalogue.js';
import { AuditLog } from './audit-log.entity.js';

/** What is recorded, apart from who did it. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly resource: AuditResource;
  /** Identity of the thing it is about; a session id for sign-ins. */
  readonly resourceId?: string | number | null;
  /** Changed fields with old and new value. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Why it failed. Absent = it succeeded. */
  readonly failure?: string;
}

/** Writes entries in the transaction of the change that they record: both are kept, or neither. */
@Injectable()
export class AuditRecorder {
  async record(transaction: EntityManager, actor: Actor, entry: AuditEntry): Promise<void> {
    await transaction.insert(AuditLog, {
      userId: actor.userId,
      username: actor.username,
      action: entry.action,
      resourceType: entry.resource,
      resourceId: entry.resourceId === undefined || entry.resourceId === null ? null : String(entry.resourceId),
      details: entry.details ? JSON.stringify(entry.details) : null,
      ipAddress: actor.address,
      userAgent: actor.userAgent,
      success: entry.failure === undefined,
      errorMessage: entry.failure ?? null,
    });
  }
}
