import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { holds, type SignedIn } from '@kubarr/access';
import { Repository } from 'typeorm';
import { AuditLog } from './audit-log.entity.js';
import { applyFilter } from './audit-search.js';
import { type AuditLogEntry, type AuditLogPage, type AuditQuery } from './audit.dto.js';
import { AuditNotAllowed } from './audit.errors.js';

/** Largest page. A larger wish is cut down rather than refused: the web client relies on it. */
const LARGEST_PAGE = 100;

@Injectable()
export class AuditService {
  constructor(@InjectRepository(AuditLog) private readonly entries: Repository<AuditLog>) {}

  /**
   * One page of entries, newest first. Without `audit.view` a person sees what they did themselves, and has to ask for
   * exactly that, as the account page does.
   *
   * @throws AuditNotAllowed when somebody else's entries are asked for without the permission.
   */
  async list(reader: SignedIn, { page, per_page, ...filter }: AuditQuery): Promise<AuditLogPage> {
    if (!holds(reader.permissions, 'audit.view') && filter.user_id !== reader.userId) throw new AuditNotAllowed();
    const perPage = Math.min(per_page, LARGEST_PAGE);
    const query = applyFilter(this.entries.createQueryBuilder('entry'), filter)
      .orderBy('entry.timestamp', 'DESC')
      .addOrderBy('entry.id', 'DESC')
      .offset((page - 1) * perPage)
      .limit(perPage);
    const [rows, total] = await query.getManyAndCount();
    return { logs: rows.map(answerOf), total, page, per_page: perPage, total_pages: Math.ceil(total / perPage) };
  }
}

function answerOf(row: AuditLog): AuditLogEntry {
  return {
    id: row.id,
    timestamp: row.timestamp.toISOString(),
    user_id: row.userId,
    username: row.username,
    action: row.action,
    resource_type: row.resourceType,
    resource_id: row.resourceId,
    details: row.details,
    ip_address: row.ipAddress,
    user_agent: row.userAgent,
    success: row.success,
    error_message: row.errorMessage,
  };
}
