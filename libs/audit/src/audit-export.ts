import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { AuditLog } from './audit-log.entity.js';
import { applyFilter, continueAfter, type AuditFilter } from './audit-search.js';
import { answerOf, type AuditLogEntry } from './audit.dto.js';

export type ExportFormat = 'csv' | 'jsonl';

/** Entries read at once: an export of years takes no more memory than this. */
const BATCH = 1_000;

const COLUMNS = [
  'id',
  'timestamp',
  'user_id',
  'username',
  'action',
  'resource_type',
  'resource_id',
  'details',
  'ip_address',
  'user_agent',
  'success',
  'error_message',
] as const satisfies readonly (keyof AuditLogEntry)[];

/** Writes all entries that match, newest first, as text that is made while it is sent. */
@Injectable()
export class AuditExport {
  constructor(@InjectRepository(AuditLog) private readonly entries: Repository<AuditLog>) {}

  async *lines(filter: AuditFilter, format: ExportFormat): AsyncGenerator<string> {
    if (format === 'csv') yield `${COLUMNS.join(',')}\r\n`;
    let last: number | undefined;
    for (let read = BATCH; read === BATCH;) {
      const query = applyFilter(this.entries.createQueryBuilder('entry'), filter)
        .orderBy('entry.timestamp', 'DESC')
        .addOrderBy('entry.id', 'DESC')
        .limit(BATCH);
      if (last !== undefined) continueAfter(query, last);
      const rows = await query.getMany();
      if (rows.length > 0) yield rows.map((row) => lineOf(answerOf(row), format)).join('');
      last = rows.at(-1)?.id;
      read = rows.length;
    }
  }
}

function lineOf(entry: AuditLogEntry, format: ExportFormat): string {
  if (format === 'jsonl') return `${JSON.stringify(entry)}\n`;
  return `${COLUMNS.map((column) => csvCell(entry[column])).join(',')}\r\n`;
}

/** A cell after RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe: strangers choose user agents. */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
