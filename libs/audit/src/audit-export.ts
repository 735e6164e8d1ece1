import { Injectable } from '@nestjs/common';
import { AuditEntries, type AuditFilter } from './audit-entries.js';
import { type AuditEntryResponse } from './audit.dto.js';

export type ExportFormat = 'csv' | 'jsonl';

/** Entries per query: bounds the memory of an export of any length. */
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
] as const satisfies readonly (keyof AuditEntryResponse)[];

/** Streams all matching entries as text, newest first. */
@Injectable()
export class AuditExport {
  constructor(private readonly entries: AuditEntries) {}

  async *lines(filter: AuditFilter, format: ExportFormat): AsyncGenerator<string> {
    if (format === 'csv') yield `${COLUMNS.join(',')}\r\n`;
    let beforeId: number | undefined;
    for (let read = BATCH; read === BATCH;) {
      const entries = await this.entries.find(filter, { limit: BATCH, ...(beforeId !== undefined && { beforeId }) });
      if (entries.length > 0) yield entries.map((entry) => lineOf(entry, format)).join('');
      beforeId = entries.at(-1)?.id;
      read = entries.length;
    }
  }
}

function lineOf(entry: AuditEntryResponse, format: ExportFormat): string {
  if (format === 'jsonl') return `${JSON.stringify(entry)}\n`;
  return `${COLUMNS.map((column) => csvCell(entry[column])).join(',')}\r\n`;
}

/**
 * A cell as in RFC 4180. Text that a spreadsheet would read as a formula gets an apostrophe: anybody can send a user agent.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
