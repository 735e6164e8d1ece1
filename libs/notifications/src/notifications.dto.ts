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
  @TextField({ description: 'Type of event, from the list of events', minLength: 1, maxLength: 64 })
  event_type!: string;
}

export class ChannelResponse {
  @ApiProperty({ description: 'Channel' })
  channel_type!: string;

  @ApiProperty({ description: 'The channel is enabled' })
  enabled!: boolean;

  @ApiProperty({
    description: 'Configuration; a secret is shown as eight asterisks',
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'integer' }, { type: 'boolean' }] },
  })
  config!: ChannelConfig;

  @ApiProperty({ description: 'When the channel was first saved; empty = never' })
  created_at!: string;

  @ApiProperty({ description: 'When the channel was last saved; empty = never' })
  updated_at!: string;
}

export class UpdateChannelRequest {
  @ApiPropertyOptional({ description: 'Enable or disable the channel' })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;

  @ApiPropertyOptional({
    description:
      'New values, also as text. Missing values and secrets of eight asterisks stay, an empty text removes a value. ' +
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
  @TextField({
    description: 'Destination of the test message, as accounts enter it for this channel',
    minLength: 1,
    maxLength: 500,
  })
  destination!: string;
}

export class TestChannelResponse {
  @ApiProperty({ description: 'The message was accepted' })
  success!: boolean;

  @ApiProperty({ description: 'Why the message was not accepted', type: String, nullable: true })
  error!: string | null;
}

export class EventResponse {
  @ApiProperty({ description: 'Type of event' })
  event_type!: string;

  @ApiProperty({ description: 'Title of the notification' })
  title!: string;

  @ApiProperty({ description: 'People are notified' })
  enabled!: boolean;

  @ApiProperty({ description: 'Severity', enum: [...ALERT_SEVERITIES] })
  severity!: AlertSeverity;
}

export class UpdateEventRequest {
  @ApiPropertyOptional({ description: 'Notify people' })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;

  @ChoiceField({ description: 'Severity', choices: ALERT_SEVERITIES, optional: true })
  severity?: AlertSeverity;
}

export class PreferenceResponse {
  @ApiProperty({ description: 'Channel' })
  channel_type!: string;

  @ApiProperty({ description: 'The account is notified by this channel' })
  enabled!: boolean;

  @ApiProperty({ description: 'Destination, masked', type: String, nullable: true })
  destination!: string | null;

  @ApiProperty({ description: 'The code sent to the destination was entered; until then nothing else is sent' })
  verified!: boolean;

  @ApiProperty({ description: 'The channel is enabled; otherwise nothing is sent by it, not even codes' })
  available!: boolean;
}

export class UpdatePreferenceRequest {
  @ApiPropertyOptional({ description: 'Be notified by this channel' })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;

  @TextField({
    description:
      'E-mail address, Telegram chat, telephone number, URL of a webhook, or ntfy topic; empty removes it. ' +
      'A new destination must be verified with the code that is sent to it',
    maxLength: 500,
    optional: true,
  })
  destination?: string;
}

export class VerifyDestinationRequest {
  @TextField({ description: 'The six digits of the code', minLength: 1, maxLength: 16 })
  code!: string;
}
