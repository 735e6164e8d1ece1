import { Injectable } from '@nestjs/common';
import { assertAccepted, Channel, type Message, titleWithCount } from './channel.js';
import { ChannelRequests } from './channel-requests.js';
import { type ChannelConfig } from './config-fields.js';

const ICONS = { info: 'ℹ️', warning: '⚠️', critical: '🚨' } as const;

/**
 * A message by a Telegram bot. The limit of 4 096 characters, counted without markup (Bot API, sendMessage), is above what
 * title and text can have. The API has no idempotency key: after a crash a message may arrive twice.
 */
@Injectable()
export class TelegramChannel extends Channel {
  readonly type = 'telegram';
  readonly destinationText = 'the number of a chat, or @ and the name of a channel';
  readonly perHour = 30;
  readonly fields = [
    { name: 'bot_token', type: 'secret', isRequired: true, description: 'Token of the bot, from @BotFather' },
  ] as const;

  constructor(private readonly requests: ChannelRequests) {
    super();
  }

  parseDestination(text: string): string | undefined {
    return /^(-?\d{1,20}|@[A-Za-z]\w{4,31})$/.test(text) ? text : undefined;
  }

  async send(config: ChannelConfig, destination: string, message: Message, signal: AbortSignal): Promise<void> {
    const title = escapeHtml(`${ICONS[message.severity]} ${titleWithCount(message)}`);
    const body = JSON.stringify({
      chat_id: destination,
      text: `<b>${title}</b>\n${escapeHtml(message.text)}`,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    });
    const token = encodeURIComponent(String(config['bot_token'])).replaceAll('%3A', ':');
    const answer = await this.requests.post(
      `${this.requests.providers.telegram}/bot${token}/sendMessage`,
      { body },
      signal,
    );
    assertAccepted('Telegram', { ...answer, retryAfterSeconds: answer.retryAfterSeconds ?? retryAfterOf(answer.text) });
  }
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Seconds to wait, from the body of a Telegram response. */
function retryAfterOf(text: string): number | undefined {
  const seconds = /"retry_after"\s*:\s*(\d{1,6})/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
