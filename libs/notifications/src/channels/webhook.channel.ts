import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { assertAccepted, Channel, type Message, titleWithCount } from './channel.js';
import { ChannelRequests } from './channel-requests.js';
import { type ChannelConfig, isPlainUrl } from './config-fields.js';

/**
 * A POST of JSON to a URL of the account's choice. `Idempotency-Key` is equal for all attempts. With a signing secret,
 * the header `X-Kubarr-Signature` is `t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>", hexadecimal>`.
 */
@Injectable()
export class WebhookChannel extends Channel {
  readonly type = 'webhook';
  readonly destinationText = 'an http or https address without a user name';
  readonly perHour = 60;
  readonly fields = [
    {
      name: 'signing_secret',
      type: 'secret',
      description: 'Signs every request, so that the receiver can verify the sender',
    },
  ] as const;

  constructor(private readonly requests: ChannelRequests) {
    super();
  }

  parseDestination(text: string): string | undefined {
    return isPlainUrl(text) ? new URL(text).href : undefined;
  }

  async send(config: ChannelConfig, destination: string, message: Message, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({
      id: message.idempotencyKey,
      event_type: message.eventType,
      severity: message.severity,
      title: titleWithCount(message),
      message: message.text,
      events: message.events,
      created_at: message.createdAt.toISOString(),
    });
    const headers: Record<string, string> = { 'idempotency-key': message.idempotencyKey };
    const secret = config['signing_secret'];
    if (typeof secret === 'string') {
      const seconds = Math.floor(Date.now() / 1_000);
      const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
      headers['x-kubarr-signature'] = `t=${seconds},v1=${signature}`;
    }
    assertAccepted('The webhook', await this.requests.post(destination, { headers, body }, signal));
  }
}
