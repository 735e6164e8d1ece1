import { Injectable } from '@nestjs/common';
import { Scheduled } from '@kubarr/jobs';
import { KeyRing } from '@kubarr/platform/secrets';
import { createHmac } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { digestOfDay, type DayDigest } from './day-digest.js';

/** Delay after midnight: an entry timestamped just before midnight is written by then. */
const CLOSED_AFTER = '1 minute';

/** Predecessor of the first seal. */
const NO_SEAL = '';

interface SealRow {
  readonly day: string;
  readonly closing_transaction: string;
  readonly events: number | null;
  readonly digest: string | null;
  readonly seal: string | null;
}

/** Result of a verification. */
export interface SealVerdict {
  /** Sealed days, and those of them whose entries retention has deleted or is deleting. */
  readonly days: number;
  readonly droppedDays: number;
  /** A deletion of entries before this day is unfinished: those days cannot be verified. */
  readonly removingBefore: string | undefined;
  /** First day that fails verification, and why. `undefined` = all pass. */
  readonly broken: { readonly day: string; readonly reason: string } | undefined;
  readonly newest: { readonly day: string; readonly seal: string } | undefined;
  /** Day of the seal that the caller gave; `undefined` = none given, or not in the chain. */
  readonly copyDay: string | undefined;
}

/** Days being deleted may have some entries left or none: they cannot be verified. */
const REMOVING = `SELECT to_char(max(before) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS before FROM audit_removals`;

/** Entries of days before the first sealed day, which should have been sealed earlier. */
const UNSEALED = `
  SELECT count(*) AS events, to_char(min("timestamp") AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM audit_logs
  WHERE "timestamp" < $1::date::timestamp AT TIME ZONE 'UTC'
    AND "timestamp" >= coalesce($2::date::timestamp AT TIME ZONE 'UTC', '-infinity')`;

const DAYS = `
  SELECT to_char(day, 'YYYY-MM-DD') AS day, closing_transaction, events, digest, seal FROM audit_seals ORDER BY audit_seals.day`;

/**
 * Seals each past day of the log: a keyed digest over its entries and the previous seal. Without the secret key, write
 * access to the database is not enough to change, add or delete entries of a sealed day unnoticed.
 */
@Injectable()
export class AuditSeals {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyRing,
  ) {}

  @Scheduled({ name: 'audit-seals', everyMs: 600_000, timeoutMs: 300_000 })
  async run(signal?: AbortSignal): Promise<void> {
    await this.closeDays();
    while (!signal?.aborted && (await this.sealNextDay()));
  }

  /**
   * Verifies the whole chain, and the entries of every day still stored, in one snapshot. Read-only.
   *
   * @param copy A seal that a person stored elsewhere, to be found in the chain.
   */
  async verify(copy?: string): Promise<SealVerdict> {
    return this.dataSource.transaction('REPEATABLE READ', async (reader) => {
      const rows = (await reader.query<SealRow[]>(DAYS)).filter((row) => row.seal !== null);
      const [removing] = await reader.query<[{ before: string | null }]>(REMOVING);
      let broken = await this.unsealedDay(reader, rows[0]?.day, removing.before);
      let previous = NO_SEAL;
      let droppedDays = 0;
      let hasSeenEntries = false;
      for (const row of rows) {
        const stored = { events: row.events ?? 0, digest: row.digest ?? '' };
        if (this.sealOf(row.day, stored, previous) !== row.seal)
          broken ??= { day: row.day, reason: 'its seal does not match' };
        previous = row.seal ?? NO_SEAL;
        const isRemoving = removing.before !== null && row.day < removing.before;
        const found = isRemoving ? undefined : await digestOfDay(reader, row.day);
        // Retention deletes the oldest days first: an empty day after a day with entries was not deleted by it.
        const isDropped = !hasSeenEntries && (found?.events ?? 0) === 0 && stored.events > 0;
        hasSeenEntries ||= found !== undefined && found.events > 0;
        if (isDropped) droppedDays++;
        else if (found && found.digest !== stored.digest) {
          broken ??= {
            day: row.day,
            reason: `it has ${found.events} entries that do not match the ${stored.events} that were sealed`,
          };
        }
      }
      const last = rows.at(-1);
      return {
        days: rows.length,
        droppedDays,
        removingBefore: removing.before ?? undefined,
        broken,
        newest: last?.seal ? { day: last.day, seal: last.seal } : undefined,
        copyDay: copy === undefined ? undefined : rows.find(({ seal }) => seal === copy)?.day,
      };
    });
  }

  private async unsealedDay(
    reader: EntityManager,
    firstDay: string | undefined,
    removingBefore: string | null,
  ): Promise<SealVerdict['broken']> {
    if (firstDay === undefined) return undefined;
    const [{ events, day }] = await reader.query<[{ events: number; day: string }]>(UNSEALED, [
      firstDay,
      removingBefore,
    ]);
    return events === 0
      ? undefined
      : { day, reason: `it has ${events} entries and no seal, though later days have one` };
  }

  /** Records for every past day a transaction id that no writer of that day can exceed. */
  private async closeDays(): Promise<void> {
    await this.dataSource.query(`
      INSERT INTO audit_seals (day, closing_transaction)
      SELECT day::date, pg_current_xact_id()
      FROM generate_series(
        coalesce(
          (SELECT max(day) + 1 FROM audit_seals),
          (SELECT min("timestamp" AT TIME ZONE 'UTC')::date FROM audit_logs)
        ),
        (now() AT TIME ZONE 'UTC' - interval '${CLOSED_AFTER}')::date - 1,
        interval '1 day'
      ) AS day
      ON CONFLICT (day) DO NOTHING`);
  }

  /** Seals the oldest unsealed day. `false` = none can be sealed yet. */
  private sealNextDay(): Promise<boolean> {
    return this.dataSource.transaction(async (transaction) => {
      const [next] = await transaction.query<SealRow[]>(`
        SELECT to_char(day, 'YYYY-MM-DD') AS day, closing_transaction, events, digest, seal FROM audit_seals
        WHERE seal IS NULL ORDER BY audit_seals.day LIMIT 1 FOR UPDATE`);
      if (!next) return false;
      const [{ is_over }] = await transaction.query<[{ is_over: boolean }]>(
        'SELECT $1::xid8 <= pg_snapshot_xmin(pg_current_snapshot()) AS is_over',
        [next.closing_transaction],
      );
      if (!is_over) return false;
      const [before] = await transaction.query<{ seal: string }[]>(
        'SELECT seal FROM audit_seals WHERE day < $1 ORDER BY day DESC LIMIT 1',
        [next.day],
      );
      const content = await digestOfDay(transaction, next.day);
      const seal = this.sealOf(next.day, content, before?.seal ?? NO_SEAL);
      await transaction.query(
        'UPDATE audit_seals SET events = $2, digest = $3, seal = $4, sealed_at = now() WHERE day = $1',
        [next.day, content.events, content.digest, seal],
      );
      return true;
    });
  }

  private sealOf(day: string, { events, digest }: DayDigest, previous: string): string {
    return createHmac('sha256', this.keys.deriveKey('audit-seals'))
      .update(JSON.stringify([previous, day, events, digest]))
      .digest('hex');
  }
}
