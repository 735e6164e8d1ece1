import { Injectable } from '@nestjs/common';
import { type Actor, hasPermission, type SignedIn } from '@kubarr/access';
import { SharedQueries } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';
import { canonicalAction } from './audit-action.js';
import { AuditEntries, type AuditFilter } from './audit-entries.js';
import { AuditRecorder } from './audit-recorder.js';
import {
  type AuditPageResponse,
  type AuditLogQuery,
  type AuditStatsResponse,
  type ClearAuditLogResponse,
  type ClearAuditLogRequest,
  type AuditStatsQuery,
} from './audit.dto.js';
import { AuditNotAllowed } from './audit.errors.js';
import { AuditDeletion, REQUEST_THROTTLE } from './retention/audit-deletion.js';
import { AuditStatistics } from './statistics/audit-statistics.js';
import { AuditActions } from './audit.actions.js';

/** Larger pages are cut to this rather than refused: the web client relies on it. */
const LARGEST_PAGE = 100;

/** Counting all matches of a search would read the whole log. */
const MAX_COUNTED_MATCHES = 10_000;

/** As many as the web client shows. */
const TOP_ACTIONS = 10;

/** Clients time out after 10 s. What is left goes with the next call or the daily job. */
const CLEAR_WITHIN_MS = 7_000;

@Injectable()
export class AuditService {
  private readonly sharedPages = new SharedQueries<AuditPageResponse>();
  private readonly sharedStats = new SharedQueries<AuditStatsResponse>();

  constructor(
    private readonly entries: AuditEntries,
    private readonly dataSource: DataSource,
    private readonly statistics: AuditStatistics,
    private readonly deletion: AuditDeletion,
    private readonly recorder: AuditRecorder,
  ) {}

  /**
   * One page of entries, newest first; concurrent requests for the same page share one query. Without `audit.view` people
   * can list only their own entries, and have to filter by their own account, as the account page does.
   *
   * @throws AuditNotAllowed without the permission and without that filter.
   */
  async list(reader: SignedIn, query: AuditLogQuery): Promise<AuditPageResponse> {
    if (!hasPermission(reader.permissions, 'audit.view') && query.user_id !== reader.userId)
      throw new AuditNotAllowed();
    return this.sharedPages.get(JSON.stringify(query), () => this.readPage(query));
  }

  private async readPage({ page, per_page, before, ...filter }: AuditLogQuery): Promise<AuditPageResponse> {
    const perPage = Math.min(per_page, LARGEST_PAGE);
    const logs = await this.entries.find(filter, {
      limit: perPage,
      offset: (page - 1) * perPage,
      ...(before !== undefined && { beforeId: before }),
    });
    const found = await this.count(filter);
    const total = filter.search ? Math.min(found, MAX_COUNTED_MATCHES) : found;
    return {
      logs,
      total,
      total_is_exact: total === found,
      page,
      per_page: perPage,
      total_pages: Math.ceil(total / perPage),
      next_before: logs.length === perPage ? (logs.at(-1)?.id ?? null) : null,
    };
  }

  /** Concurrent requests for the same days share one query. */
  stats({ days }: AuditStatsQuery): Promise<AuditStatsResponse> {
    return this.sharedStats.get(String(days), () => this.readStats(days));
  }

  private async readStats(days: number): Promise<AuditStatsResponse> {
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
      recent_failures: await this.statistics.recentFailures(),
    };
  }

  /**
   * Deletes old entries, as many as fit into the time-out of a client. Recorded before the first deletion, so that a
   * killed process leaves no unexplained gap.
   */
  async clear(actor: Actor, { days }: ClearAuditLogRequest): Promise<ClearAuditLogResponse> {
    const entries = await this.deletion.countOlderThan(days);
    await this.dataSource.transaction((transaction) =>
      this.recorder.record(transaction, actor, {
        action: AuditActions.cleared,
        resourceId: 'audit',
        details: { days, entries },
      }),
    );
    const deleted = await this.deletion.deleteOlderThan(days, AbortSignal.timeout(CLEAR_WITHIN_MS), REQUEST_THROTTLE);
    const amount = deleted < entries ? `${deleted} of ${entries}` : String(deleted);
    const rest = deleted < entries ? '; the others go with the next call or the daily removal' : '';
    return { deleted, message: `${amount} entries older than ${days} days were removed${rest}` };
  }

  /** From the totals if they suffice; otherwise counted, a search only up to a limit. */
  private count(filter: AuditFilter): Promise<number> {
    const { action, success, search, ...others } = filter;
    if (!search && Object.values(others).every((value) => value === undefined))
      return this.statistics.count(action && canonicalAction(action), success);
    return this.entries.count(filter, search ? MAX_COUNTED_MATCHES + 1 : undefined);
  }
}
