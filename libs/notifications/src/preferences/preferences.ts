import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { type Channel } from '../channels/channel.js';
import { ChannelSettings } from '../channels/channel-settings.js';
import { ChannelTypes } from '../channels/channel-types.js';
import { maskDestination } from '../channels/mask-destination.js';
import { Outbox, VERIFICATION } from '../delivery/outbox.js';
import { tryOpen } from '../try-open.js';
import {
  ChannelIsOff,
  CodeIsWrong,
  DestinationNotUsable,
  NothingToVerify,
  TooManyCodes,
} from '../notifications.errors.js';
import { CODE_MINUTES, Destinations } from '../destinations/destinations.js';
import { NotificationPreference } from '../destinations/notification-preference.entity.js';

/** How an account is notified by one channel, for display. */
export interface PreferenceView {
  readonly channelType: string;
  readonly isEnabled: boolean;
  /** Masked. */
  readonly destination: string | null;
  readonly isVerified: boolean;
  /** Whether the channel is enabled; otherwise nothing is sent by it. */
  readonly isAvailable: boolean;
}

/** Wrong codes after which a new one is required. */
const MAX_CODE_ATTEMPTS = 5;

/** Codes that one account can request in an hour. */
const CODES_PER_HOUR = 6;

/** Where accounts are notified. A destination receives nothing but a code until its owner has entered that code. */
@Injectable()
export class Preferences {
  constructor(
    private readonly dataSource: DataSource,
    private readonly types: ChannelTypes,
    private readonly settings: ChannelSettings,
    private readonly destinations: Destinations,
    private readonly outbox: Outbox,
  ) {}

  /** One for each channel, in the order of the channels. */
  async list(userId: number): Promise<PreferenceView[]> {
    const rows = await this.dataSource.manager.findBy(NotificationPreference, { userId });
    return (await this.settings.list()).map(({ type, isEnabled }) =>
      this.toView(
        type,
        rows.find(({ channelType }) => channelType === type),
        isEnabled,
      ),
    );
  }

  /**
   * A new destination must be verified; when the channel is enabled, a code is sent to it at once. The masked destination
   * in a request changes nothing, an empty one removes the destination.
   *
   * @throws UnknownChannel, DestinationNotUsable, TooManyCodes
   */
  async update(
    userId: number,
    type: string,
    { isEnabled, destination }: { readonly isEnabled?: boolean; readonly destination?: string },
  ): Promise<PreferenceView> {
    const channel = this.types.get(type);
    return this.dataSource.transaction(async (transaction) => {
      const row = await this.findOrCreateLocked(transaction, userId, channel);
      const old = tryOpen(() => this.destinations.addressOf(row));
      const isUnchanged = destination === undefined || (old !== undefined && destination === maskDestination(old));
      const address = isUnchanged ? old : this.parseDestination(channel, destination);
      await transaction.update(
        NotificationPreference,
        { userId, channelType: channel.type },
        {
          isEnabled: isEnabled ?? row.isEnabled,
          ...(address !== old && {
            sealedDestination: address === undefined ? null : this.destinations.seal(userId, channel.type, address),
            isVerified: false,
            codeNonce: null,
            heldUntil: null,
          }),
        },
      );
      const { isEnabled: isAvailable } = await this.settings.get(channel.type, transaction);
      if (address !== undefined && address !== old && isAvailable) await this.sendNewCode(transaction, userId, channel);
      return this.toView(channel.type, await this.findOrCreateLocked(transaction, userId, channel), isAvailable);
    });
  }

  /** @throws UnknownChannel, NothingToVerify, ChannelIsOff, TooManyCodes */
  async sendCode(userId: number, type: string): Promise<void> {
    const channel = this.types.get(type);
    await this.dataSource.transaction(async (transaction) => {
      const row = await this.findOrCreateLocked(transaction, userId, channel);
      if (row.sealedDestination === null || row.isVerified) throw new NothingToVerify();
      if (!(await this.settings.get(channel.type, transaction)).isEnabled) throw new ChannelIsOff();
      await this.sendNewCode(transaction, userId, channel);
    });
  }

  /** @throws UnknownChannel; CodeIsWrong, also after too many attempts */
  async verify(userId: number, type: string, code: string): Promise<PreferenceView> {
    const channel = this.types.get(type);
    // The attempt is counted and committed before the code is checked, so that parallel attempts cannot exceed the limit.
    const [rows] = await this.dataSource.query<[unknown[], number]>(
      `UPDATE notification_preferences SET code_guesses = code_guesses + 1
       WHERE user_id = $1 AND channel_type = $2 AND code_nonce IS NOT NULL AND code_expires_at > now()
         AND code_guesses < $3 RETURNING 1`,
      [userId, channel.type, MAX_CODE_ATTEMPTS],
    );
    const destination = await this.destinations.find(userId, channel.type);
    if (rows.length === 0 || !destination || !this.destinations.matchesCode(destination, code)) throw new CodeIsWrong();
    // Only with the nonce that was checked: the destination may have changed since.
    const [verified] = await this.dataSource.query<[unknown[], number]>(
      `UPDATE notification_preferences SET is_verified = true, code_nonce = NULL, code_guesses = 0
       WHERE user_id = $1 AND channel_type = $2 AND code_nonce = $3 RETURNING 1`,
      [userId, channel.type, destination.codeNonce],
    );
    if (verified.length === 0) throw new CodeIsWrong();
    const [view] = (await this.list(userId)).filter(({ channelType }) => channelType === channel.type);
    return view as PreferenceView;
  }

  private async sendNewCode(transaction: EntityManager, userId: number, channel: Channel): Promise<void> {
    const [{ sent }] = await transaction.query<[{ sent: number }]>(
      `SELECT count(*) AS sent FROM notification_deliveries
       WHERE user_id = $1 AND event_type = $2 AND created_at > now() - interval '1 hour'`,
      [userId, VERIFICATION],
    );
    if (sent >= CODES_PER_HOUR) throw new TooManyCodes();
    await transaction.query(
      `UPDATE notification_preferences SET code_nonce = $3, code_guesses = 0,
         code_expires_at = now() + $4 * interval '1 minute'
       WHERE user_id = $1 AND channel_type = $2`,
      [userId, channel.type, randomUUID(), CODE_MINUTES],
    );
    // A pending message needs no replacement: its code is derived when it is sent.
    await transaction.query(
      `INSERT INTO notification_deliveries
         (idempotency_key, user_id, channel_type, event_type, severity, title, message)
       VALUES (gen_random_uuid(), $1, $2, $3, 'info', 'Your Kubarr code', '')
       ON CONFLICT (user_id, channel_type, event_type) WHERE status = 'pending' AND attempt = 0 DO NOTHING`,
      [userId, channel.type, VERIFICATION],
    );
    await this.outbox.enqueueSender(transaction, userId, channel.type);
  }

  private async findOrCreateLocked(
    transaction: EntityManager,
    userId: number,
    channel: Channel,
  ): Promise<NotificationPreference> {
    const key = { userId, channelType: channel.type };
    await transaction
      .createQueryBuilder()
      .insert()
      .into(NotificationPreference)
      .values({ ...key, isEnabled: true })
      .orIgnore()
      .execute();
    return transaction.findOneOrFail(NotificationPreference, { where: key, lock: { mode: 'pessimistic_write' } });
  }

  private parseDestination(channel: Channel, text: string): string | undefined {
    if (text.trim() === '') return undefined;
    const address = channel.parseDestination(text.trim());
    if (address === undefined) throw new DestinationNotUsable(channel.destinationText);
    return address;
  }

  private toView(channelType: string, row: NotificationPreference | undefined, isAvailable: boolean): PreferenceView {
    const address = row && tryOpen(() => this.destinations.addressOf(row)); // undefined: must be entered again
    return {
      channelType,
      isEnabled: row !== undefined && address !== undefined && row.isEnabled,
      destination: address === undefined ? null : maskDestination(address),
      isVerified: row !== undefined && address !== undefined && row.isVerified,
      isAvailable,
    };
  }
}
