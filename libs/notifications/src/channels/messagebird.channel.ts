import { Injectable } from '@nestjs/common';
import { assertAccepted, Channel, type Message, titleWithCount } from './channel.js';
import { ChannelRequests } from './channel-requests.js';
import { type ChannelConfig } from './config-fields.js';

const TAGS = { info: '[INFO]', warning: '[WARN]', critical: '[ALERT]' } as const;

/** Longest text in characters: an SMS has 160, of which tag and title need the rest. */
const MAX_TEXT_LENGTH = 120;

/** An SMS by MessageBird. The API has no idempotency key: after a crash an SMS may arrive twice. */
@Injectable()
export class MessageBirdChannel extends Channel {
  readonly type = 'messagebird';
  readonly destinationText = 'a telephone number with its country code, such as +31612345678';
  readonly perHour = 10;
  readonly fields = [
    { name: 'api_key', type: 'secret', isRequired: true, description: 'Access key of the account' },
    { name: 'originator', type: 'text', description: 'Displayed sender, at most 11 characters; default Kubarr' },
  ] as const;

  constructor(private readonly requests: ChannelRequests) {
    super();
  }

  parseDestination(text: string): string | undefined {
    const digits = text.replace(/[\s().-]/g, '');
    return /^\+?[1-9]\d{6,14}$/.test(digits) ? `+${digits.replace('+', '')}` : undefined;
  }

  async send(config: ChannelConfig, destination: string, message: Message, signal: AbortSignal): Promise<void> {
    const text = `${TAGS[message.severity]} ${titleWithCount(message)}: ${message.text.slice(0, MAX_TEXT_LENGTH)}`;
    const body = JSON.stringify({
      originator: String(config['originator'] ?? 'Kubarr').slice(0, 11),
      recipients: [destination.replace('+', '')],
      body: text,
      reference: message.idempotencyKey,
    });
    const headers = { authorization: `AccessKey ${String(config['api_key'])}` };
    const answer = await this.requests.post(
      `${this.requests.providers.messageBird}/messages`,
      { headers, body },
      signal,
    );
    assertAccepted('MessageBird', answer);
  }
}
