import { ApiProperty } from '@kubarr/platform/openapi';
import { IntegerParameter } from '@kubarr/platform/http';
import { ALERT_SEVERITIES, type AlertSeverity } from '@kubarr/alerts';

export class NotificationParams {
  @IntegerParameter({ description: 'Number of the notification', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  id!: number;
}

export class InboxQuery {
  @IntegerParameter({
    description: 'Notifications on the page; more than 100 count as 100',
    minimum: 1,
    maximum: 1_000_000,
    optional: true,
    default: 20,
  })
  limit = 20;

  @IntegerParameter({
    description: 'Notifications to skip',
    minimum: 0,
    maximum: 1_000_000,
    optional: true,
    default: 0,
  })
  offset = 0;
}

export class NotificationResponse {
  @ApiProperty({ description: 'Number of the notification', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Title of the notification' })
  title!: string;

  @ApiProperty({ description: 'What happened and what to do; for several events, those of the newest' })
  message!: string;

  @ApiProperty({ description: 'Type of event', type: String, nullable: true })
  event_type!: string | null;

  @ApiProperty({ description: 'Severity', enum: [...ALERT_SEVERITIES] })
  severity!: AlertSeverity;

  @ApiProperty({ description: 'Number of events in the notification', type: 'integer' })
  events!: number;

  @ApiProperty({ description: 'The notification has been read' })
  read!: boolean;

  @ApiProperty({ description: 'When the newest event happened', format: 'date-time' })
  created_at!: string;
}

export class InboxResponse {
  @ApiProperty({ description: 'Newest first, only the caller’s own', type: [NotificationResponse] })
  notifications!: NotificationResponse[];

  @ApiProperty({ description: 'Notifications on all pages', type: 'integer' })
  total!: number;

  @ApiProperty({ description: 'Unread notifications', type: 'integer' })
  unread!: number;
}

export class UnreadCountResponse {
  @ApiProperty({ description: 'Unread notifications', type: 'integer' })
  count!: number;
}

export class SuccessResponse {
  @ApiProperty({ description: 'Always true; a failure is an error' })
  success!: boolean;
}
