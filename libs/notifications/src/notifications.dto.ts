import { ApiProperty, ApiPropertyOptional } from '@kubarr/platform/openapi';
import { ChoiceField, TextField } from '@kubarr/platform/http';
import { IsBoolean, IsObject, IsOptional } from 'class-validator';
import { type ChannelConfig } from './channels/config-fields.js';
import { ALERT_SEVERITIES, type AlertSeverity } from '@kubarr/alerts';

export class ChannelParams {
  @TextField({ description: 'email, telegram, messagebird, webhook or ntfy', minLength: 1, maxLength: 32 })
  channel_type!: string;
}

export class EventParams {
  @TextField({ description: 'Type of event, as in the list', minLength: 1, maxLength: 64 })
  event_type!: string;
}

export class ChannelResponse {
  @ApiProperty({ description: 'Which channel' })
  channel_type!: string;

  @ApiProperty({ description: 'It is on' })
  enabled!: boolean;

  @ApiProperty({
    description: 'Its configuration; secrets are eight asterisks',
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'integer' }, { type: 'boolean' }] },
  })
  config!: ChannelConfig;

  @ApiProperty({ description: 'When it was first saved; empty = never' })
  created_at!: string;

  @ApiProperty({ description: 'When it was last saved; empty = never' })
  updated_at!: string;
}

export class UpdateChannelRequest {
  @ApiPropertyOptional({ description: 'Switch it on or off' })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;

  @ApiPropertyOptional({
    description:
      'New values, also as text. Missing ones and a secret of eight asterisks are kept, an empty text removes one. ' +
      'email: smtp_host, smtp_port, username, password, from_address, from_name, use_tls; telegram: bot_token; ' +
      'messagebird: api_key, originator; webhook: signing_secret; ntfy: server_url, access_token',
    type: 'object',
    additionalProperties: true,
  })
  @IsOptional()
  @IsObject({ message: 'must be an object' })
  config?: Record<string, unknown>;
}

export class TestChannelRequest {
  @TextField({ description: 'Where to send it, as people enter it for this channel', minLength: 1, maxLength: 500 })
  destination!: string;
}

export class TestChannelResponse {
  @ApiProperty({ description: 'The channel took the message' })
  success!: boolean;

  @ApiProperty({ description: 'Why not', type: String, nullable: true })
  error!: string | null;
}

export class EventResponse {
  @ApiProperty({ description: 'Type of event' })
  event_type!: string;

  @ApiProperty({ description: 'What it is, in a few words' })
  title!: string;

  @ApiProperty({ description: 'People are told' })
  enabled!: boolean;

  @ApiProperty({ description: 'How serious it is', enum: [...ALERT_SEVERITIES] })
  severity!: AlertSeverity;
}

export class UpdateEventRequest {
  @ApiPropertyOptional({ description: 'Tell people, or not' })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;

  @ChoiceField({ description: 'How serious it is', choices: ALERT_SEVERITIES, optional: true })
  severity?: AlertSeverity;
}

export class PreferenceResponse {
  @ApiProperty({ description: 'Which channel' })
  channel_type!: string;

  @ApiProperty({ description: 'The person wants to be told by it' })
  enabled!: boolean;

  @ApiProperty({ description: 'Where, masked', type: String, nullable: true })
  destination!: string | null;

  @ApiProperty({ description: 'The code that was sent there was entered; before that nothing else is sent' })
  verified!: boolean;

  @ApiProperty({ description: 'The channel is on; while it is off nothing is sent by it, codes neither' })
  available!: boolean;
}

export class UpdatePreferenceRequest {
  @ApiPropertyOptional({ description: 'Be told by it, or not' })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;

  @TextField({
    description:
      'E-mail address, Telegram chat, telephone number, address of a webhook, or ntfy topic; empty removes it. ' +
      'A new one must be verified: a code is sent there',
    maxLength: 500,
    optional: true,
  })
  destination?: string;
}

export class VerifyDestinationRequest {
  @TextField({ description: 'The six digits that were sent', minLength: 1, maxLength: 16 })
  code!: string;
}
