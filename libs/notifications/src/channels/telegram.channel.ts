import { Injectable } from '@nestjs/common';
import { assertTaken, Channel, type Message, titleWithCount } from './channel.js';
import { ChannelRequests } from './channel-requests.js';
import { type ChannelConfig } from './config-fields.js';

const ICONS = { info: 'ℹ️', warning: '⚠️', critical: '🚨' } as const;

/**
 * A message by a Telegram bot. It takes 4 096 characters, counted without markup (Bot API, sendMessage), which is more
 * than title and text ever have. The bot cannot tell a repetition: after a kill a message may come twice.
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
    assertTaken('Telegram', { ...answer, retryAfterSeconds: answer.retryAfterSeconds ?? retryAfterOf(answer.text) });
  }
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Telegram names the seconds in its body. */
function retryAfterOf(text: string): number | undefined {
  const seconds = /"retry_after"\s*:\s*(\d{1,6})/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
