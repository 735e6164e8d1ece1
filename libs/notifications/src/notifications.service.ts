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
import { NotificationRules } from './events/notification-rules.js';
import {
  type ChannelResponse,
  type TestChannelResponse,
  type UpdateChannelRequest,
  type EventResponse,
  type UpdateEventRequest,
  type PreferenceResponse,
  type UpdatePreferenceRequest,
} from './notifications.dto.js';
import { Preferences, type PreferenceView } from './preferences/preferences.js';

/** Test messages per account in 15 minutes: their destination is not verified. */
const MAX_TESTS = 20;

/** Requests and responses about channels, rules and preferences. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly types: ChannelTypes,
    private readonly settings: ChannelSettings,
    private readonly rules: NotificationRules,
    private readonly preferences: Preferences,
    private readonly deliveries: DeliveryLog,
    private readonly limiter: AttemptLimiter,
  ) {}

  async listChannels(): Promise<ChannelResponse[]> {
    return (await this.settings.list()).map((state) => this.channelResponse(state));
  }

  async findChannel(type: string): Promise<ChannelResponse> {
    return this.channelResponse(await this.settings.get(type));
  }

  async updateChannel(actor: Actor, type: string, { enabled, config }: UpdateChannelRequest): Promise<ChannelResponse> {
    const change = { ...(enabled !== undefined && { isEnabled: enabled }), ...(config && { config }) };
    return this.channelResponse(await this.settings.update(actor, type, change));
  }

  /**
   * Sends a test message at once, also by a disabled channel. A failure is part of the response.
   *
   * @throws UnknownChannel, TooManyAttempts
   */
  async testChannel(caller: SignedIn, type: string, text: string): Promise<TestChannelResponse> {
    const channel = this.types.get(type);
    await this.limiter.consume([{ subject: 'channel-test', value: String(caller.userId), limit: MAX_TESTS }]);
    const { config } = await this.settings.get(channel.type);
    const destination = channel.parseDestination(text.trim());
    if (missingValues(channel.fields, config).length > 0)
      return { success: false, error: 'Configure the channel first' };
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

  async listEvents(): Promise<EventResponse[]> {
    const rules = await this.rules.all();
    return this.rules.types.all.map((type) => eventResponse(type, rules.get(type.key) ?? type.defaultRule));
  }

  async updateEvent(actor: Actor, key: string, { enabled, severity }: UpdateEventRequest): Promise<EventResponse> {
    const change = { ...(enabled !== undefined && { isEnabled: enabled }), ...(severity && { severity }) };
    const { type, rule } = await this.rules.update(actor, key, change);
    return eventResponse(type, rule);
  }

  async listPreferences({ userId }: SignedIn): Promise<PreferenceResponse[]> {
    return (await this.preferences.list(userId)).map(preferenceResponse);
  }

  async updatePreference(
    { userId }: SignedIn,
    type: string,
    { enabled, destination }: UpdatePreferenceRequest,
  ): Promise<PreferenceResponse> {
    const change = {
      ...(typeof enabled === 'boolean' && { isEnabled: enabled }),
      ...(typeof destination === 'string' && { destination }),
    };
    return preferenceResponse(await this.preferences.update(userId, type, change));
  }

  async sendCode({ userId }: SignedIn, type: string): Promise<{ success: true }> {
    await this.preferences.sendCode(userId, type);
    return { success: true };
  }

  async verify({ userId }: SignedIn, type: string, code: string): Promise<PreferenceResponse> {
    return preferenceResponse(await this.preferences.verify(userId, type, code.replace(/\s/g, '')));
  }

  private channelResponse({ type, isEnabled, config, createdAt, updatedAt }: ChannelState): ChannelResponse {
    return {
      channel_type: type,
      enabled: isEnabled,
      config: maskConfig(this.types.get(type).fields, config),
      created_at: createdAt?.toISOString() ?? '',
      updated_at: updatedAt?.toISOString() ?? '',
    };
  }
}

const eventResponse = ({ key, title }: EventType, { isEnabled, severity }: Rule): EventResponse => ({
  event_type: key,
  title,
  enabled: isEnabled,
  severity,
});

const preferenceResponse = ({
  channelType,
  isEnabled,
  destination,
  isVerified,
  isAvailable,
}: PreferenceView): PreferenceResponse => ({
  channel_type: channelType,
  enabled: isEnabled,
  destination,
  verified: isVerified,
  available: isAvailable,
});
