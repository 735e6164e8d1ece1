import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { type AuditAction, AuditRecorder } from '@kubarr/audit';
import { type RelativePath } from '@kubarr/file-tree';
import { DataSource, type EntityManager } from 'typeorm';

/** What is recorded about a change. */
export interface ChangeRecord {
  readonly action: AuditAction & `storage_${string}`;
  readonly path: RelativePath;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Changes the disk inside the transaction that records it. The entry is written first: while the log cannot be written,
 * nothing is changed; when the change fails, nothing is recorded. A crash in the moment between the change and the end
 * of the transaction loses the entry, not the change.
 */
@Injectable()
export class RecordedChange {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditRecorder,
  ) {}

  make<T>(actor: Actor, record: ChangeRecord, change: (transaction: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (transaction) => {
      await this.note(transaction, actor, record);
      return change(transaction);
    });
  }

  /** The entry alone, as part of a larger transaction. */
  async note(transaction: EntityManager, actor: Actor, { action, path, details }: ChangeRecord): Promise<void> {
    await this.audit.record(transaction, actor, { action, resource: 'storage', resourceId: path.text || '/', details });
  }
}
