import { Injectable } from '@nestjs/common';
import { type AuditAction, AuditRecorder } from '@kubarr/audit';
import { type EntityManager } from 'typeorm';
import { DiskQuota } from '../disk-quota.js';
import { storageAction } from '../storage.actions.js';
import { type StorageIntent } from './storage-intent.entity.js';

/** A change that happened on the disk, as the database records it. */
export type DoneChange = Pick<
  StorageIntent,
  'action' | 'path' | 'details' | 'actor' | 'effect' | 'source' | 'target' | 'growth' | 'uploadId'
>;

/** Result of a {@link FollowUp}. */
export interface FollowUpResult {
  /** Another process has recorded this change: no second audit entry. */
  readonly isRecorded?: boolean;
  /** The job that continues the change. */
  readonly jobId?: number;
}

/** Writes the consequences of a change to the database, in the transaction of the audit entry. */
export type FollowUp = (transaction: EntityManager, change: DoneChange) => Promise<FollowUpResult>;

/** Records changes that happened on the disk: the audit entry, the size of the storage, and follow-ups. */
@Injectable()
export class ChangeOutcome {
  private readonly followUps = new Map<string, FollowUp>();

  constructor(
    private readonly audit: AuditRecorder,
    private readonly quota: DiskQuota,
  ) {}

  /** Registers the one follow-up of an action; called in constructors. */
  register(action: AuditAction, followUp: FollowUp): void {
    this.followUps.set(action.key, followUp);
  }

  /** @returns the job that continues the change; `null` when there is none */
  async record(transaction: EntityManager, change: DoneChange): Promise<number | null> {
    const { action, path, details, actor, growth } = change;
    const { isRecorded = false, jobId = null } = (await this.followUps.get(action)?.(transaction, change)) ?? {};
    if (isRecorded) return null;
    await this.audit.record(transaction, actor, {
      action: storageAction(action),
      resourceId: path || '/',
      ...(details && { details }),
    });
    if (growth !== 0) await this.quota.addUsage(transaction, growth);
    return jobId;
  }
}
