import { ApiProperty } from '@kubarr/platform/openapi';
import { ChoiceField, IntegerParameter, TextField } from '@kubarr/platform/http';
import { DELIVERY_STATUSES, type DeliveryStatus } from './notification-delivery.entity.js';

export class DeliveriesQuery {
  @IntegerParameter({
    description: 'Rows on the page; more than 100 are cut to 100',
    minimum: 1,
    maximum: 1_000_000,
    optional: true,
    default: 50,
  })
  limit = 50;

  @IntegerParameter({
    description: 'Rows to leave out first',
    minimum: 0,
    maximum: 1_000_000,
    optional: true,
    default: 0,
  })
  offset = 0;

  @TextField({ description: 'Only this channel', maxLength: 32, optional: true })
  channel_type?: string;

  @ChoiceField({ description: 'Only this status', choices: DELIVERY_STATUSES, optional: true })
  status?: DeliveryStatus;
}

export class DeliveryResponse {
  @ApiProperty({ description: 'Number of the message', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Account that it is for', type: 'integer', format: 'int64', nullable: true })
  user_id!: number | null;

  @ApiProperty({ description: 'Channel that it goes by' })
  channel_type!: string;

  @ApiProperty({ description: 'What it tells; test and verification are messages of their own' })
  event_type!: string;

  @ApiProperty({ description: 'Destination, masked; null before the first attempt', type: String, nullable: true })
  recipient!: string | null;

  @ApiProperty({ description: 'pending may also mean: for the next attempt', enum: [...DELIVERY_STATUSES] })
  status!: DeliveryStatus;

  @ApiProperty({ description: 'Why the last attempt failed', type: String, nullable: true })
  error_message!: string | null;

  @ApiProperty({ description: 'When it was written', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'How many events it stands for', type: 'integer' })
  events!: number;

  @ApiProperty({ description: 'Attempts that began', type: 'integer' })
  attempts!: number;

  @ApiProperty({
    description: 'Of a pending message: not before this time',
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
