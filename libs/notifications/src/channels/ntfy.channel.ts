import { Injectable } from '@nestjs/common';
import { assertAccepted, Channel, type Message, titleWithCount } from './channel.js';
import { ChannelRequests } from './channel-requests.js';
import { type ChannelConfig } from './config-fields.js';

/** Source: ntfy's publishing API, 1 (min) to 5 (max). */
const PRIORITIES = { info: 3, warning: 4, critical: 5 } as const;
const TAGS = { info: 'information_source', warning: 'warning', critical: 'rotating_light' } as const;

/** A push message by ntfy.sh or another ntfy server. The API has no idempotency key: after a crash it may arrive twice. */
@Injectable()
export class NtfyChannel extends Channel {
  readonly type = 'ntfy';
  readonly destinationText = 'the name of a topic: letters, digits, - and _, at most 64';
  readonly perHour = 60;
  readonly fields = [
    {
      name: 'server_url',
      type: 'url',
      isRequired: true,
      receivesSecrets: true,
      description: 'Address of the ntfy server',
    },
    { name: 'access_token', type: 'secret', description: 'Token, if the server requires one' },
  ] as const;

  constructor(private readonly requests: ChannelRequests) {
    super();
  }

  parseDestination(text: string): string | undefined {
    return /^[-\w]{1,64}$/.test(text) ? text : undefined;
  }

  async send(config: ChannelConfig, destination: string, message: Message, signal: AbortSignal): Promise<void> {
    const { severity, text } = message;
    const body = JSON.stringify({
      topic: destination,
      title: titleWithCount(message),
      message: text,
      priority: PRIORITIES[severity],
      tags: [TAGS[severity]],
    });
    const token = config['access_token'];
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${String(token)}` };
    assertAccepted('ntfy', await this.requests.post(String(config['server_url']), { headers, body }, signal));
  }
}
