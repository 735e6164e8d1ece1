import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type Actor, hasPermission, type SignedIn } from '@kubarr/access';
import { DataSource, In, Repository, type SelectQueryBuilder } from 'typeorm';
import { canonicalAction } from './audit-action.js';
import { AuditLog } from './audit-log.entity.js';
import { AuditRecorder } from './audit-recorder.js';
import { applyFilter, continueAfter, type AuditFilter } from './audit-search.js';
import {
  answerOf,
  type AuditLogPage,
  type AuditQuery,
  type AuditStats,
  type ClearAnswer,
  type ClearRequest,
  type StatsQuery,
} from './audit.dto.js';
import { AuditNotAllowed } from './audit.errors.js';
import { AuditDeletion, BRISK } from './retention/audit-deletion.js';
import { AuditStatistics } from './statistics/audit-statistics.js';
import { AuditActions } from './audit.actions.js';

/** Largest page. A larger wish is cut down rather than refused: the web client relies on it. */
const LARGEST_PAGE = 100;

/** Matches of a search are counted no further: counting them all would read the whole log. */
const SEARCHED_AT_MOST = 10_000;

/** As the web client shows. */
const TOP_ACTIONS = 10;

/** A client gives up after 10 s; the rest goes with the next call or the daily job. */
const CLEAR_WITHIN_MS = 7_000;

@Injectable()
export class AuditService {
  constructor(
    @InjectRepository(AuditLog) private readonly entries: Repository<AuditLog>,
    private readonly dataSource: DataSource,
    private readonly statistics: AuditStatistics,
    private readonly deletion: AuditDeletion,
    private readonly recorder: AuditRecorder,
  ) {}

  /**
   * One page of entries, newest first. Without `audit.view` a person sees what they did themselves, and has to ask for
   * exactly that, as the account page does.
   *
   * @throws AuditNotAllowed when somebody else's entries are asked for without the permission.
   */
  async list(reader: SignedIn, { page, per_page, before, ...filter }: AuditQuery): Promise<AuditLogPage> {
    if (!hasPermission(reader.permissions, 'audit.view') && filter.user_id !== reader.userId)
      throw new AuditNotAllowed();
    const perPage = Math.min(per_page, LARGEST_PAGE);
    // The ids of a page come from an index alone, so that a late page does not read all entries before it.
    const matching = this.matching(filter);
    if (before !== undefined) continueAfter(matching, before);
    const ids = await matching
      .select('entry.id', 'id')
      .orderBy('entry.timestamp', 'DESC')
      .addOrderBy('entry.id', 'DESC')
      .offset((page - 1) * perPage)
      .limit(perPage)
      .getRawMany<{ id: number }>();
    const rows = await this.entries.find({
      where: { id: In(ids.map(({ id }) => id)) },
      order: { timestamp: 'DESC', id: 'DESC' },
    });
    const found = await this.count(filter);
    const total = filter.search ? Math.min(found, SEARCHED_AT_MOST) : found;
    return {
      logs: rows.map(answerOf),
      total,
      total_is_exact: total === found,
      page,
      per_page: perPage,
      total_pages: Math.ceil(total / perPage),
      next_before: ids.length === perPage ? (ids.at(-1)?.id ?? null) : null,
    };
  }

  async stats({ days }: StatsQuery): Promise<AuditStats> {
    const figures = await this.statistics.figures();
    return {
      total_events: figures.total,
      successful_events: figures.total - figures.failed,
      failed_events: figures.failed,
      events_today: figures.today,
      events_this_week: figures.week,
      top_actions: figures.perAction.slice(0, TOP_ACTIONS).map(({ action, total }) => ({ action, count: total })),
      per_action: [...figures.perAction],
      per_day: await this.statistics.series(days),
      recent_failures: (await this.statistics.recentFailures()).map(answerOf),
    };
  }

  /**
   * Removes old entries, as many as fit into the time a client waits. The clearing is recorded before anything is removed:
   * a process that is killed in the middle leaves no gap without a word about it.
   */
  async clear(actor: Actor, { days }: ClearRequest): Promise<ClearAnswer> {
    const entries = await this.deletion.countOlderThan(days);
    await this.dataSource.transaction((transaction) =>
      this.recorder.record(transaction, actor, {
        action: AuditActions.cleared,
        resourceId: 'audit',
        details: { days, entries },
      }),
    );
    const deleted = await this.deletion.removeOlderThan(days, AbortSignal.timeout(CLEAR_WITHIN_MS), BRISK);
    const amount = deleted < entries ? `${deleted} of ${entries}` : String(deleted);
    const rest = deleted < entries ? '; the others go with the next call or the daily removal' : '';
    return { deleted, message: `${amount} entries older than ${days} days were removed${rest}` };
  }

  /** From the totals where they know; else counted, a search only as far as anybody would look. */
  private async count(filter: AuditFilter): Promise<number> {
    const { action, success, search, ...others } = filter;
    if (!search && Object.values(others).every((value) => value === undefined)) {
      return this.statistics.count(action && canonicalAction(action), success);
    }
    const query = this.matching(filter).select('1', 'one');
    if (search) query.limit(SEARCHED_AT_MOST + 1);
    const [text, parameters] = query.getQueryAndParameters();
    const [{ count }] = await this.dataSource.query<[{ count: number }]>(
      `SELECT count(*) AS count FROM (${text}) AS matching`,
      parameters,
    );
    return count;
  }

  private matching(filter: AuditFilter): SelectQueryBuilder<AuditLog> {
    return applyFilter(this.entries.createQueryBuilder('entry'), filter);
  }
}
