import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Readers of the log, by the name of their cursor. */
export type AuditReaderName = 'totals' | 'notifications';

/** The entries after one position up to and including another. */
export type AuditRange = readonly [fromWriter: string, fromId: number, toWriter: string, toId: number];

/**
 * Reads each entry exactly once, ordered by the transaction that wrote it. Ordering by id or by time would skip entries
 * that commit late, since both are assigned before the commit. The reader stops at the oldest open transaction
 * (`pg_snapshot_xmin`): no entry can appear before that position any more.
 */
@Injectable()
export class AuditReader {
  constructor(private readonly dataSource: DataSource) {}

  /** Are there unread entries? Writes nothing, so polling every few seconds is cheap. */
  async hasMore(name: AuditReaderName): Promise<boolean> {
    const [row] = await this.dataSource.query<[{ more: boolean }]>(
      `SELECT EXISTS (
         SELECT FROM audit_logs
         WHERE (written_by, id) > (SELECT written_by, id FROM audit_cursors WHERE name = $1)
           AND written_by < pg_snapshot_xmin(pg_current_snapshot())
       ) AS more`,
      [name],
    );
    return row.more;
  }

  /**
   * Passes the next range of entries to `work` and moves the cursor, in one transaction. Concurrent readers with the same
   * name wait for each other.
   *
   * @returns Entries read; fewer than `atMost` = no more for now.
   */
  async advance(
    name: AuditReaderName,
    atMost: number,
    work: (transaction: EntityManager, range: AuditRange) => Promise<void>,
  ): Promise<number> {
    return this.dataSource.transaction(async (transaction) => {
      const [from] = await transaction.query<[Position]>(
        'SELECT written_by, id FROM audit_cursors WHERE name = $1 FOR UPDATE',
        [name],
      );
      const [found] = await transaction.query<[{ events: number; written_by: string | null; id: number | null }]>(
        `SELECT count(*) AS events, (array_agg(written_by ORDER BY written_by DESC, id DESC))[1] AS written_by,
           (array_agg(id ORDER BY written_by DESC, id DESC))[1] AS id
         FROM (
           SELECT written_by, id FROM audit_logs
           WHERE (written_by, id) > ($1::xid8, $2) AND written_by < pg_snapshot_xmin(pg_current_snapshot())
           ORDER BY written_by, id LIMIT $3
         ) AS entry`,
        [from.written_by, from.id, atMost],
      );
      if (found.written_by === null || found.id === null) return 0;
      await work(transaction, [from.written_by, from.id, found.written_by, found.id]);
      await transaction.query('UPDATE audit_cursors SET written_by = $2, id = $3 WHERE name = $1', [
        name,
        found.written_by,
        found.id,
      ]);
      return found.events;
    });
  }
}

interface Position {
  readonly written_by: string;
  readonly id: number;
}
