import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Readers of the log, by the name of their cursor. */
export type AuditReaderName = 'totals' | 'notifications';

/** A stretch of the log between two positions, the first one excluded. */
export type AuditRange = readonly [fromWriter: string, fromId: number, toWriter: string, toId: number];

/**
 * Reads the log in the order in which its transactions were begun, each entry exactly once. An id is drawn before its
 * transaction ends, so going by ids would skip what commits late; and going by times would too. The reader stops at the
 * oldest transaction that is still open (`pg_snapshot_xmin`): nothing can be written before it any more.
 */
@Injectable()
export class AuditReader {
  constructor(private readonly dataSource: DataSource) {}

  /** Is there something to read? Writes nothing, so that it can be asked every few seconds. */
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
   * Hands the next entries, as the SQL condition `entry` over `audit_logs`, to `work` and moves the cursor, both in one
   * transaction. Two replicas wait for each other.
   *
   * @returns Entries read; fewer than `atMost` = there are no more for now.
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
