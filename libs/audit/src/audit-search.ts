import { type SelectQueryBuilder } from 'typeorm';
import { canonicalAction } from './audit-action.js';
import { type AuditLog } from './audit-log.entity.js';
import { type AuditFilterQuery } from './audit.dto.js';

/** What a search may ask for; the same names as the query of the route. */
export type AuditFilter = AuditFilterQuery;

/** Adds the filters to a query over `entry`. Search is a plain substring without regard to case: `%` and `_` mean themselves. */
export function applyFilter(query: SelectQueryBuilder<AuditLog>, filter: AuditFilter): SelectQueryBuilder<AuditLog> {
  if (filter.user_id !== undefined) query.andWhere('entry.userId = :userId', { userId: filter.user_id });
  if (filter.action !== undefined) query.andWhere('entry.action = :action', { action: canonicalAction(filter.action) });
  if (filter.resource_type !== undefined)
    query.andWhere('entry.resourceType = :resource', { resource: filter.resource_type });
  if (filter.success === true) query.andWhere('entry.success');
  if (filter.success === false) query.andWhere('NOT entry.success'); // the very predicate of the partial index
  if (filter.from !== undefined) query.andWhere('entry.timestamp >= :from', { from: filter.from });
  if (filter.to !== undefined) query.andWhere('entry.timestamp <= :to', { to: filter.to });
  if (filter.search) {
    const pattern = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    query.andWhere(
      '(entry.username ILIKE :pattern OR entry.action ILIKE :pattern OR entry.resourceId ILIKE :pattern OR entry.details ILIKE :pattern)',
      { pattern },
    );
  }
  return query;
}

/**
 * Only what comes after an entry in a list, newest first, however deep that is: the index leads there. The time is looked
 * up, for it is kept to the microsecond and answered to the millisecond. Nothing when the entry was removed: so were all
 * after it.
 */
export function continueAfter(query: SelectQueryBuilder<AuditLog>, id: number): SelectQueryBuilder<AuditLog> {
  return query.andWhere(
    '(entry.timestamp, entry.id) < ((SELECT timestamp FROM audit_logs WHERE id = :afterId), :afterId)',
    { afterId: id },
  );
}
