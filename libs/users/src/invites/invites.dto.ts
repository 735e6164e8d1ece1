import { ApiProperty } from '@kubarr/platform/openapi';
import { IntegerField, IntegerParameter } from '@kubarr/platform/http';

export class InviteParams {
  @IntegerParameter({ description: 'Number of the invite', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  invite_id!: number;
}

export class CreateInviteRequest {
  @IntegerField({
    description: 'Days until it expires; 0 = never',
    minimum: 0,
    maximum: 365,
    optional: true,
    default: 7,
  })
  expires_in_days?: number | null;
}

export class InviteResponse {
  @ApiProperty({ description: 'Number of the invite', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({
    description: 'Complete only in the response to its creation; in lists its first characters and an ellipsis',
  })
  code!: string;

  @ApiProperty({ description: 'Who created it; Unknown when that account was deleted' })
  created_by_username!: string;

  @ApiProperty({ description: 'Who used it; null when that account was deleted', type: String, nullable: true })
  used_by_username!: string | null;

  @ApiProperty({ description: 'True = cannot be used again' })
  is_used!: boolean;

  @ApiProperty({ description: 'When it expires; null = never', type: String, format: 'date-time', nullable: true })
  expires_at!: string | null;

  @ApiProperty({ description: 'When it was made, RFC 3339 in UTC', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'When it was used', type: String, format: 'date-time', nullable: true })
  used_at!: string | null;
}
