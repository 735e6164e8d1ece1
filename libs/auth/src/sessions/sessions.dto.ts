import { ApiProperty } from '@kubarr/platform/openapi';
import { IntegerParameter } from '@kubarr/platform/http';
import { IsUUID } from 'class-validator';
import { SLOT_COUNT } from './session-cookies.js';

export class LoginResponse {
  @ApiProperty({ description: 'Number of the account', type: 'integer', format: 'int64' })
  user_id!: number;

  @ApiProperty({ description: 'Its user name' })
  username!: string;

  @ApiProperty({ description: 'Its e-mail address' })
  email!: string;

  @ApiProperty({
    description: 'Which of the five session cookies was written',
    type: 'integer',
    minimum: 0,
    maximum: 4,
  })
  session_slot!: number;
}

export class SessionParams {
  @ApiProperty({ description: 'Identity of the session', format: 'uuid' })
  @IsUUID('all', { message: 'must be a session id' })
  session_id!: string;
}

export class UserSessionParams extends SessionParams {
  @IntegerParameter({ description: 'Number of the account', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  user_id!: number;
}

export class SlotParams {
  @IntegerParameter({ description: 'Which of the five session cookies', minimum: 0, maximum: SLOT_COUNT - 1 })
  slot!: number;
}

export class SessionResponse {
  @ApiProperty({ description: 'Identity of the session', format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'User agent at sign-in', type: String, nullable: true })
  user_agent!: string | null;

  @ApiProperty({ description: 'Network address at sign-in', type: String, nullable: true })
  ip_address!: string | null;

  @ApiProperty({ description: 'When it was signed in, RFC 3339 in UTC', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'When it was used last, to the minute', format: 'date-time' })
  last_accessed_at!: string;

  @ApiProperty({ description: 'True for the session of this request' })
  is_current!: boolean;
}

export class BrowserAccountResponse {
  @ApiProperty({ description: 'Which of the five session cookies', type: 'integer', minimum: 0, maximum: 4 })
  slot!: number;

  @ApiProperty({ description: 'Number of the account', type: 'integer', format: 'int64' })
  user_id!: number;

  @ApiProperty({ description: 'Its user name' })
  username!: string;

  @ApiProperty({ description: 'Its e-mail address' })
  email!: string;

  @ApiProperty({ description: 'True for the active slot; not the status of the account' })
  is_active!: boolean;
}

export class SwitchSessionResponse {
  @ApiProperty({ description: 'What happened, for users' })
  message!: string;

  @ApiProperty({ description: 'The active slot', type: 'integer', minimum: 0, maximum: 4 })
  slot!: number;
}
