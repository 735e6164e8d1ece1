import { Injectable } from '@nestjs/common';
import { UnknownChannel } from '../notifications.errors.js';
import { type Channel } from './channel.js';
import { EmailChannel } from './email.channel.js';
import { MessageBirdChannel } from './messagebird.channel.js';
import { NtfyChannel } from './ntfy.channel.js';
import { TelegramChannel } from './telegram.channel.js';
import { WebhookChannel } from './webhook.channel.js';

/** All channels, in the order in which they are listed; the web client knows the first three. */
@Injectable()
export class ChannelTypes {
  readonly all: readonly Channel[];

  constructor(
    email: EmailChannel,
    telegram: TelegramChannel,
    messageBird: MessageBirdChannel,
    webhook: WebhookChannel,
    ntfy: NtfyChannel,
  ) {
    this.all = [email, telegram, messageBird, webhook, ntfy];
  }

  /** @throws UnknownChannel */
  get(type: string): Channel {
    const channel = this.all.find((candidate) => candidate.type === type);
    if (!channel) throw new UnknownChannel();
    return channel;
  }
}
