import { ApiProperty } from '@kubarr/platform/openapi';
import { ChoiceField, IntegerParameter, TextField } from '@kubarr/platform/http';
import { DELIVERY_STATUSES, type DeliveryStatus } from './notification-delivery.entity.js';

export class DeliveriesQuery {
  @IntegerParameter({
    description: 'Messages on the page; more than 100 count as 100',
    minimum: 1,
    maximum: 1_000_000,
    optional: true,
    default: 50,
  })
  limit = 50;

  @IntegerParameter({
    description: 'Messages to skip',
    minimum: 0,
    maximum: 1_000_000,
    optional: true,
    default: 0,
  })
  offset = 0;

  @TextField({ description: 'Only messages of this channel', maxLength: 32, optional: true })
  channel_type?: string;

  @ChoiceField({ description: 'Only messages with this status', choices: DELIVERY_STATUSES, optional: true })
  status?: DeliveryStatus;
}

export class DeliveryResponse {
  @ApiProperty({ description: 'Number of the message', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Account that the message is for', type: 'integer', format: 'int64', nullable: true })
  user_id!: number | null;

  @ApiProperty({ description: 'Channel that the message is sent by' })
  channel_type!: string;

  @ApiProperty({ description: 'Type of event, or test or verification' })
  event_type!: string;

  @ApiProperty({ description: 'Destination, masked; null before the first attempt', type: String, nullable: true })
  recipient!: string | null;

  @ApiProperty({ description: 'A message that failed and will be retried is pending', enum: [...DELIVERY_STATUSES] })
  status!: DeliveryStatus;

  @ApiProperty({ description: 'Why the last attempt failed', type: String, nullable: true })
  error_message!: string | null;

  @ApiProperty({ description: 'When the message was written', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'Number of events in the message', type: 'integer' })
  events!: number;

  @ApiProperty({ description: 'Attempts that were started', type: 'integer' })
  attempts!: number;

  @ApiProperty({
    description: 'When a pending message is sent, at the earliest',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  next_attempt_at!: string | null;
}

export class DeliveryPageResponse {
  @ApiProperty({ description: 'Newest first', type: [DeliveryResponse] })
  logs!: DeliveryResponse[];

  @ApiProperty({ description: 'Messages that match, on all pages', type: 'integer' })
  total!: number;
}
