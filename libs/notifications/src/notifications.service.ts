import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { AttemptLimiter } from '@kubarr/platform/rate-limit';
import { randomUUID } from 'node:crypto';
import { type Message } from './channels/channel.js';
import { asDeliveryFailed } from './channels/channel-requests.js';
import { ChannelSettings, type ChannelState } from './channels/channel-settings.js';
import { ChannelTypes } from './channels/channel-types.js';
import { maskConfig, missingValues } from './channels/config-fields.js';
import { maskDestination } from './channels/mask-destination.js';
import { DeliveryLog } from './delivery/delivery-log.js';
import { type EventType, type Rule } from './events/event-types.js';
import { Rules } from './events/rules.js';
import {
  type ChannelAnswer,
  type ChannelTestAnswer,
  type ChannelUpdate,
  type EventAnswer,
  type EventUpdate,
  type PreferenceAnswer,
  type PreferenceUpdate,
} from './notifications.dto.js';
import { Preferences, type PreferenceView } from './preferences/preferences.js';

/** Test messages that one person may send in 15 minutes: a destination is free to choose. */
const TESTS = 20;

/** Channels, rules and preferences as they are asked for and answered. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly types: ChannelTypes,
    private readonly settings: ChannelSettings,
    private readonly rules: Rules,
    private readonly preferences: Preferences,
    private readonly deliveries: DeliveryLog,
    private readonly limiter: AttemptLimiter,
  ) {}

  async channels(): Promise<ChannelAnswer[]> {
    return (await this.settings.all()).map((state) => this.channelAnswer(state));
  }

  async channel(type: string): Promise<ChannelAnswer> {
    return this.channelAnswer(await this.settings.get(type));
  }

  async changeChannel(actor: Actor, type: string, { enabled, config }: ChannelUpdate): Promise<ChannelAnswer> {
    const change = { ...(enabled !== undefined && { isEnabled: enabled }), ...(config && { config }) };
    return this.channelAnswer(await this.settings.change(actor, type, change));
  }

  /**
   * Sends a message now, also by a channel that is off; how it went is the answer.
   *
   * @throws UnknownChannel, TooManyAttempts
   */
  async test(caller: SignedIn, type: string, text: string): Promise<ChannelTestAnswer> {
    const channel = this.types.get(type);
    await this.limiter.consume([{ subject: 'channel-test', value: String(caller.userId), limit: TESTS }]);
    const { config } = await this.settings.get(channel.type);
    const destination = channel.parseDestination(text.trim());
    if (missingValues(channel.fields, config).length > 0) return { success: false, error: 'Set the channel up first' };
    if (destination === undefined)
      return { success: false, error: `The destination must be ${channel.destinationText}.` };
    const message: Message = {
      idempotencyKey: randomUUID(),
      eventType: 'test',
      severity: 'info',
      title: 'Test message',
      text: 'This is what messages from Kubarr look like.',
      events: 1,
      createdAt: new Date(),
    };
    const error = await channel.send(config, destination, message, new AbortController().signal).then(
      () => null,
      (failure: unknown) => asDeliveryFailed(failure).message,
    );
    await this.deliveries.addTest(channel.type, caller.userId, maskDestination(destination), error);
    return { success: error === null, error };
  }

  async events(): Promise<EventAnswer[]> {
    const rules = await this.rules.all();
    return this.rules.types.all.map((type) => eventAnswer(type, rules.get(type.key) ?? type.rule));
  }

  async changeEvent(actor: Actor, key: string, { enabled, severity }: EventUpdate): Promise<EventAnswer> {
    const change = { ...(enabled !== undefined && { isEnabled: enabled }), ...(severity && { severity }) };
    const { type, rule } = await this.rules.change(actor, key, change);
    return eventAnswer(type, rule);
  }

  async preferencesOf({ userId }: SignedIn): Promise<PreferenceAnswer[]> {
    return (await this.preferences.of(userId)).map(preferenceAnswer);
  }

  async changePreference(
    { userId }: SignedIn,
    type: string,
    { enabled, destination }: PreferenceUpdate,
  ): Promise<PreferenceAnswer> {
    const change = {
      ...(typeof enabled === 'boolean' && { isEnabled: enabled }),
      ...(typeof destination === 'string' && { destination }),
    };
    return preferenceAnswer(await this.preferences.change(userId, type, change));
  }

  async sendCode({ userId }: SignedIn, type: string): Promise<{ success: true }> {
    await this.preferences.sendCode(userId, type);
    return { success: true };
  }

  async verify({ userId }: SignedIn, type: string, code: string): Promise<PreferenceAnswer> {
    return preferenceAnswer(await this.preferences.verify(userId, type, code.replace(/\s/g, '')));
  }

  private channelAnswer({ type, isEnabled, config, createdAt, updatedAt }: ChannelState): ChannelAnswer {
    return {
      channel_type: type,
      enabled: isEnabled,
      config: maskConfig(this.types.get(type).fields, config),
      created_at: createdAt?.toISOString() ?? '',
      updated_at: updatedAt?.toISOString() ?? '',
    };
  }
}

const eventAnswer = ({ key, title }: EventType, { isEnabled, severity }: Rule): EventAnswer => ({
  event_type: key,
  title,
  enabled: isEnabled,
  severity,
});

const preferenceAnswer = ({
  channelType,
  isEnabled,
  destination,
  isVerified,
  isAvailable,
}: PreferenceView): PreferenceAnswer => ({
  channel_type: channelType,
  enabled: isEnabled,
  destination,
  verified: isVerified,
  available: isAvailable,
});
