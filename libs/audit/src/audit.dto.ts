import { ApiProperty } from '@kubarr/platform/openapi';
import {
  BooleanParameter,
  ChoiceField,
  IntegerField,
  IntegerParameter,
  TextField,
  TimeParameter,
} from '@kubarr/platform/http';

/** Filters shared by list and export. */
export class AuditFilterQuery {
  @IntegerParameter({
    description: 'Only entries of this account',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    optional: true,
  })
  user_id?: number;

  @TextField({
    description: 'Only this action, in snake_case or CamelCase',
    minLength: 1,
    maxLength: 64,
    optional: true,
  })
  action?: string;

  @TextField({ description: 'Only this resource type', minLength: 1, maxLength: 64, optional: true })
  resource_type?: string;

  @BooleanParameter({ description: 'Only successes or only failures', optional: true })
  success?: boolean;

  @TimeParameter({ description: 'Earliest time, inclusive', optional: true })
  from?: string;

  @TimeParameter({ description: 'Latest time, inclusive', optional: true })
  to?: string;

  @TextField({ description: 'Substring of user name, action, resource id or details', maxLength: 200, optional: true })
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
    description: 'Only entries older than the one with this id; use instead of page for constant cost at any depth',
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
  @ApiProperty({ description: 'Id of the entry', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Time of the action, RFC 3339 in UTC', format: 'date-time' })
  timestamp!: string;

  @ApiProperty({ description: 'Account that performed the action', type: 'integer', format: 'int64', nullable: true })
  user_id!: number | null;

  @ApiProperty({
    description: 'Name of that account at the time; for a failed sign-in the name as typed',
    type: String,
    nullable: true,
  })
  username!: string | null;

  @ApiProperty({ description: 'Action' })
  action!: string;

  @ApiProperty({ description: 'Type of the resource' })
  resource_type!: string;

  @ApiProperty({ description: 'Id of the resource', type: String, nullable: true })
  resource_id!: string | null;

  @ApiProperty({ description: 'Further fields as JSON text', type: String, nullable: true })
  details!: string | null;

  @ApiProperty({ description: 'Network address of the client', type: String, nullable: true })
  ip_address!: string | null;

  @ApiProperty({ description: 'User agent of the client', type: String, nullable: true })
  user_agent!: string | null;

  @ApiProperty({ description: 'False if the action was refused or failed' })
  success!: boolean;

  @ApiProperty({ description: 'Why it failed', type: String, nullable: true })
  error_message!: string | null;
}

export class ActionCountResponse {
  @ApiProperty({ description: 'The action' })
  action!: string;

  @ApiProperty({ description: 'Number of entries', type: 'integer' })
  count!: number;
}

export class ActionOutcomesResponse {
  @ApiProperty({ description: 'The action' })
  action!: string;

  @ApiProperty({ description: 'Entries of that action', type: 'integer' })
  total!: number;

  @ApiProperty({ description: 'Entries that record a failure', type: 'integer' })
  failed!: number;
}

export class DayCountResponse {
  @ApiProperty({ description: 'The day, UTC', format: 'date' })
  day!: string;

  @ApiProperty({ description: 'Entries of that day', type: 'integer' })
  total!: number;

  @ApiProperty({ description: 'Entries that record a failure', type: 'integer' })
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
  @ApiProperty({ description: 'Entries in the log', type: 'integer' })
  total_events!: number;

  @ApiProperty({ description: 'Entries that record a success', type: 'integer' })
  successful_events!: number;

  @ApiProperty({ description: 'Entries that record a failure', type: 'integer' })
  failed_events!: number;

  @ApiProperty({ description: 'Entries since midnight, UTC', type: 'integer' })
  events_today!: number;

  @ApiProperty({ description: 'Entries of the last 7 × 24 hours', type: 'integer' })
  events_this_week!: number;

  @ApiProperty({ description: 'The ten most frequent actions', type: [ActionCountResponse] })
  top_actions!: ActionCountResponse[];

  @ApiProperty({
    description: 'Every recorded action, most frequent first',
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
    description: 'Delete entries older than this many whole days',
    minimum: 1,
    maximum: 36_500,
    optional: true,
    default: 90,
  })
  days = 90;
}

export class ClearAuditLogResponse {
  @ApiProperty({ description: 'Number of deleted entries', type: 'integer' })
  deleted!: number;

  @ApiProperty({ description: 'Result as a sentence' })
  message!: string;
}

export class AuditPageResponse {
  @ApiProperty({ description: 'Entries, newest first', type: [AuditEntryResponse] })
  logs!: AuditEntryResponse[];

  @ApiProperty({ description: 'Matching entries on all pages; a search counts up to 10 000', type: 'integer' })
  total!: number;

  @ApiProperty({ description: 'False if a search has more matches than were counted' })
  total_is_exact!: boolean;

  @ApiProperty({ description: 'This page, counted from 1', type: 'integer' })
  page!: number;

  @ApiProperty({ description: 'Entries per page', type: 'integer' })
  per_page!: number;

  @ApiProperty({ description: 'Number of pages', type: 'integer' })
  total_pages!: number;

  @ApiProperty({
    description: 'Value of before for the next page; null on the last page',
    type: 'integer',
    nullable: true,
  })
  next_before!: number | null;
}
