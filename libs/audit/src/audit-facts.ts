import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type AuditRange } from './audit-reader.js';

/** The fields of an entry that subscribers act on. */
export interface AuditFact {
  readonly id: number;
  readonly action: string;
  readonly userId: number | null;
  readonly username: string | null;
  readonly resource: string;
  readonly resourceId: string | null;
  readonly address: string | null;
  /** Error message; `null` = success. */
  readonly failure: string | null;
}

/** Queries for subscribers, in the transaction of their reader. */
@Injectable()
export class AuditFacts {
  /** Entries of a range with one of the actions, in the order of {@link AuditReader}. */
  async read(
    transaction: EntityManager,
    [fromWriter, fromId, toWriter, toId]: AuditRange,
    actions: readonly string[],
  ): Promise<AuditFact[]> {
    return transaction.query<AuditFact[]>(
      `SELECT id, action, user_id AS "userId", username, resource_type AS resource, resource_id AS "resourceId",
         ip_address AS address, CASE WHEN success THEN NULL ELSE coalesce(error_message, 'It failed') END AS failure
       FROM audit_logs
       WHERE (written_by, id) > ($1::xid8, $2) AND (written_by, id) <= ($3::xid8, $4) AND action = ANY ($5)
       ORDER BY written_by, id`,
      [fromWriter, fromId, toWriter, toId, actions],
    );
  }

  /**
   * Has this account signed in before: from that address, and at all? Retention limits how far back this looks.
   *
   * @param beforeId Only entries with a smaller id count.
   */
  async signInsBefore(
    transaction: EntityManager,
    userId: number,
    address: string,
    beforeId: number,
  ): Promise<{ fromAddress: boolean; atAll: boolean }> {
    const [row] = await transaction.query<[{ fromAddress: boolean; atAll: boolean }]>(
      `SELECT coalesce(bool_or(ip_address = $2), false) AS "fromAddress", count(*) > 0 AS "atAll"
       FROM audit_logs WHERE user_id = $1 AND action = 'login' AND success AND id < $3`,
      [userId, address, beforeId],
    );
    return row;
  }

  /** Failed sign-ins of the last minutes: with this username as typed, and from this address. */
  async failedSignIns(
    transaction: EntityManager,
    { username, address }: { username: string | null; address: string | null },
    minutes: number,
  ): Promise<{ withName: number; fromAddress: number }> {
    const [row] = await transaction.query<[{ withName: number; fromAddress: number }]>(
      `SELECT count(*) FILTER (WHERE username = $1) AS "withName", count(*) FILTER (WHERE ip_address = $2) AS "fromAddress"
       FROM audit_logs
       WHERE action = 'login_failed' AND "timestamp" > clock_timestamp() - $3 * interval '1 minute'`,
      [username, address, minutes],
    );
    return row;
  }
}
