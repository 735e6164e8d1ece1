import { ApiProperty } from '@kubarr/platform/openapi';
import { IntegerField, IntegerParameter, TextField } from '@kubarr/platform/http';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, Matches } from 'class-validator';

export class CreateApiTokenRequest {
  @TextField({ description: 'Purpose, such as the name of a program', minLength: 1, maxLength: 64 })
  name!: string;

  @ApiProperty({
    description: 'Permissions of the token, a subset of yours; app.<name> and app.* included',
    type: [String],
    minItems: 1,
    maxItems: 100,
    example: ['storage.view', 'storage.download'],
  })
  @IsArray({ message: 'must be a list' })
  @ArrayMinSize(1, { message: 'must name at least one permission' })
  @ArrayMaxSize(100, { message: 'must name at most 100 permissions' })
  @ArrayUnique({ message: 'must not name a permission twice' })
  @Matches(/^[a-z0-9_]{1,32}\.([a-z0-9_-]{1,64}|\*)$/, { each: true, message: 'must be permissions such as logs.view' })
  permissions!: string[];

  @IntegerField({ description: 'Days until it expires', minimum: 1, maximum: 366, example: 90 })
  expires_in_days!: number;
}

export class ApiTokenResponse {
  @ApiProperty({ description: 'Number of the token', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Name, such as the program that uses it' })
  name!: string;

  @ApiProperty({ description: 'Granted permissions; only those that its owner still has count', type: [String] })
  permissions!: string[];

  @ApiProperty({ description: 'When it was made, RFC 3339 in UTC', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'When it expires', format: 'date-time' })
  expires_at!: string;

  @ApiProperty({
    description: 'When it was used last, to the minute',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  last_used_at!: string | null;
}

export class ApiTokenCreatedResponse extends ApiTokenResponse {
  @ApiProperty({ description: 'For the header Authorization: Bearer …; shown this once' })
  token!: string;
}

export class ApiTokenParams {
  @IntegerParameter({ description: 'Number of the token', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  token_id!: number;
}
