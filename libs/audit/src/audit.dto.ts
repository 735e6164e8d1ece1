import { ApiProperty } from '@kubarr/platform/openapi';
import { BooleanParameter, IntegerParameter, TextField, TimeParameter } from '@kubarr/platform/http';

export class AuditQuery {
  @IntegerParameter({ description: 'Page, counted from 1', minimum: 1, maximum: 1_000_000, optional: true, default: 1 })
  page = 1;

  @IntegerParameter({
    description: 'Entries per page; more than 100 are cut to 100',
    minimum: 1,
    maximum: 1_000_000,
    optional: true,
    default: 50,
  })
  per_page = 50;

  @IntegerParameter({
    description: 'Only what this account did',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    optional: true,
  })
  user_id?: number;

  @TextField({
    description: 'Only this action; CamelCase spellings are understood',
    minLength: 1,
    maxLength: 64,
    optional: true,
  })
  action?: string;

  @TextField({ description: 'Only this kind of thing', minLength: 1, maxLength: 64, optional: true })
  resource_type?: string;

  @BooleanParameter({ description: 'Only successes or only failures', optional: true })
  success?: boolean;

  @TimeParameter({ description: 'Earliest time, inclusive', optional: true })
  from?: string;

  @TimeParameter({ description: 'Latest time, inclusive', optional: true })
  to?: string;

  @TextField({ description: 'Part of the user name, action, resource id or details', maxLength: 200, optional: true })
  search?: string;
}

export class AuditLogEntry {
  @ApiProperty({ description: 'Number of the entry', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'When it happened, RFC 3339 in UTC', format: 'date-time' })
  timestamp!: string;

  @ApiProperty({ description: 'Account that acted', type: 'integer', format: 'int64', nullable: true })
  user_id!: number | null;

  @ApiProperty({ description: 'Name of that account at the time, or the name as typed', type: String, nullable: true })
  username!: string | null;

  @ApiProperty({ description: 'What was done' })
  action!: string;

  @ApiProperty({ description: 'Kind of thing it was done to' })
  resource_type!: string;

  @ApiProperty({ description: 'Identity of that thing', type: String, nullable: true })
  resource_id!: string | null;

  @ApiProperty({ description: 'More facts, as a string that holds JSON', type: String, nullable: true })
  details!: string | null;

  @ApiProperty({ description: 'Network address of the client', type: String, nullable: true })
  ip_address!: string | null;

  @ApiProperty({ description: 'User agent of the client', type: String, nullable: true })
  user_agent!: string | null;

  @ApiProperty({ description: 'False when it was refused or failed' })
  success!: boolean;

  @ApiProperty({ description: 'Why it failed', type: String, nullable: true })
  error_message!: string | null;
}

export class AuditLogPage {
  @ApiProperty({ description: 'Entries, newest first', type: [AuditLogEntry] })
  logs!: AuditLogEntry[];

  @ApiProperty({ description: 'Entries that match, on all pages', type: 'integer' })
  total!: number;

  @ApiProperty({ description: 'This page, counted from 1', type: 'integer' })
  page!: number;

  @ApiProperty({ description: 'Entries per page', type: 'integer' })
  per_page!: number;

  @ApiProperty({ description: 'Number of pages', type: 'integer' })
  total_pages!: number;
}
