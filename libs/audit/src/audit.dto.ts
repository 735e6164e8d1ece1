import { ApiProperty } from '@kubarr/platform/openapi';
import {
  BooleanParameter,
  ChoiceField,
  IntegerField,
  IntegerParameter,
  TextField,
  TimeParameter,
} from '@kubarr/platform/http';

/** What entries may be asked for by. */
export class AuditFilterQuery {
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

export class AuditLogQuery extends AuditFilterQuery {
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
    description: 'Only entries that come after the one of this number: instead of a page, as quick at any depth',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    optional: true,
  })
  before?: number;
}

export class ExportAuditLogQuery extends AuditFilterQuery {
  @ChoiceField({
    description: 'csv (RFC 4180) or jsonl (one JSON object a line)',
    choices: ['csv', 'jsonl'],
    optional: true,
  })
  format: 'csv' | 'jsonl' = 'csv';
}

export class AuditEntryResponse {
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

export class ActionCountResponse {
  @ApiProperty({ description: 'The action' })
  action!: string;

  @ApiProperty({ description: 'How often it was recorded', type: 'integer' })
  count!: number;
}

export class ActionOutcomesResponse {
  @ApiProperty({ description: 'The action' })
  action!: string;

  @ApiProperty({ description: 'Entries of that action', type: 'integer' })
  total!: number;

  @ApiProperty({ description: 'Those that record a failure', type: 'integer' })
  failed!: number;
}

export class DayCountResponse {
  @ApiProperty({ description: 'The day, UTC', format: 'date' })
  day!: string;

  @ApiProperty({ description: 'Entries of that day', type: 'integer' })
  total!: number;

  @ApiProperty({ description: 'Those that record a failure', type: 'integer' })
  failed!: number;
}

export class AuditStatsQuery {
  @IntegerParameter({
    description: 'Days in the series, today included',
    minimum: 1,
    maximum: 400,
    optional: true,
    default: 30,
  })
  days = 30;
}

export class AuditStatsResponse {
  @ApiProperty({ description: 'Entries that are kept', type: 'integer' })
  total_events!: number;

  @ApiProperty({ description: 'Those that record a success', type: 'integer' })
  successful_events!: number;

  @ApiProperty({ description: 'Those that record a failure', type: 'integer' })
  failed_events!: number;

  @ApiProperty({ description: 'Entries since midnight, UTC', type: 'integer' })
  events_today!: number;

  @ApiProperty({ description: 'Entries of the last 7 times 24 hours', type: 'integer' })
  events_this_week!: number;

  @ApiProperty({ description: 'The ten most frequent actions', type: [ActionCountResponse] })
  top_actions!: ActionCountResponse[];

  @ApiProperty({
    description: 'Every action that was recorded, the most frequent first',
    type: [ActionOutcomesResponse],
  })
  per_action!: ActionOutcomesResponse[];

  @ApiProperty({ description: 'Days with at least one entry, oldest first', type: [DayCountResponse] })
  per_day!: DayCountResponse[];

  @ApiProperty({ description: 'The ten latest failures, newest first', type: [AuditEntryResponse] })
  recent_failures!: AuditEntryResponse[];
}

export class ClearAuditLogRequest {
  @IntegerField({
    description: 'Entries older than this many whole days are removed',
    minimum: 1,
    maximum: 36_500,
    optional: true,
    default: 90,
  })
  days = 90;
}

export class ClearAuditLogResponse {
  @ApiProperty({ description: 'Entries that were removed', type: 'integer' })
  deleted!: number;

  @ApiProperty({ description: 'What happened, for people' })
  message!: string;
}

export class AuditPageResponse {
  @ApiProperty({ description: 'Entries, newest first', type: [AuditEntryResponse] })
  logs!: AuditEntryResponse[];

  @ApiProperty({ description: 'Entries that match, on all pages; a search is counted up to 10 000', type: 'integer' })
  total!: number;

  @ApiProperty({ description: 'False when a search has more matches than were counted' })
  total_is_exact!: boolean;

  @ApiProperty({ description: 'This page, counted from 1', type: 'integer' })
  page!: number;

  @ApiProperty({ description: 'Entries per page', type: 'integer' })
  per_page!: number;

  @ApiProperty({ description: 'Number of pages', type: 'integer' })
  total_pages!: number;

  @ApiProperty({
    description: 'Pass it as before to get the next page; null = the last one',
    type: 'integer',
    nullable: true,
  })
  next_before!: number | null;
}
