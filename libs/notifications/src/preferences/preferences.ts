import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { type Channel } from '../channels/channel.js';
import { ChannelSettings } from '../channels/channel-settings.js';
import { ChannelTypes } from '../channels/channel-types.js';
import { maskDestination } from '../channels/mask-destination.js';
import { Outbox, VERIFICATION } from '../delivery/outbox.js';
import { ifReadable } from '../if-readable.js';
import {
  ChannelIsOff,
  CodeIsWrong,
  DestinationNotUsable,
  NothingToVerify,
  TooManyCodes,
} from '../notifications.errors.js';
import { CODE_MINUTES, Destinations } from '../destinations/destinations.js';
import { NotificationPreference } from '../destinations/notification-preference.entity.js';

/** Whether and where somebody is told by one channel, as it may be shown. */
export interface PreferenceView {
  readonly channelType: string;
  readonly isEnabled: boolean;
  /** Masked. */
  readonly destination: string | null;
  readonly isVerified: boolean;
  /** The channel is on: something can be sent at all. */
  readonly isAvailable: boolean;
}

/** Wrong guesses before a new code is needed, and codes that one account may have sent in an hour. */
const GUESSES = 5;
const CODES_PER_HOUR = 6;

/** Where people want to be told. Nothing is sent to a destination whose owner has not typed the code that was sent there. */
@Injectable()
export class Preferences {
  constructor(
    private readonly dataSource: DataSource,
    private readonly types: ChannelTypes,
    private readonly settings: ChannelSettings,
    private readonly destinations: Destinations,
    private readonly outbox: Outbox,
  ) {}

  /** One for each channel, in their order. */
  async of(userId: number): Promise<PreferenceView[]> {
    const rows = await this.dataSource.manager.findBy(NotificationPreference, { userId });
    return (await this.settings.all()).map(({ type, isEnabled }) =>
      this.viewOf(
        type,
        rows.find(({ channelType }) => channelType === type),
        isEnabled,
      ),
    );
  }

  /**
   * A new destination has to be verified; when the channel is on, a code is sent there at once. The masked destination
   * sent back changes nothing, an empty one removes it.
   *
   * @throws UnknownChannel, DestinationNotUsable, TooManyCodes
   */
  async change(
    userId: number,
    type: string,
    { isEnabled, destination }: { readonly isEnabled?: boolean; readonly destination?: string },
  ): Promise<PreferenceView> {
    const channel = this.types.get(type);
    return this.dataSource.transaction(async (transaction) => {
      const row = await this.locked(transaction, userId, channel);
      const old = ifReadable(() => this.destinations.addressOf(row));
      const isUnchanged = destination === undefined || (old !== undefined && destination === maskDestination(old));
      const address = isUnchanged ? old : this.parse(channel, destination);
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
      if (address !== undefined && address !== old && isAvailable) await this.issueCode(transaction, userId, channel);
      return this.viewOf(channel.type, await this.locked(transaction, userId, channel), isAvailable);
    });
  }

  /** @throws UnknownChannel, NothingToVerify, ChannelIsOff, TooManyCodes */
  async sendCode(userId: number, type: string): Promise<void> {
    const channel = this.types.get(type);
    await this.dataSource.transaction(async (transaction) => {
      const row = await this.locked(transaction, userId, channel);
      if (row.sealedDestination === null || row.isVerified) throw new NothingToVerify();
      if (!(await this.settings.get(channel.type, transaction)).isEnabled) throw new ChannelIsOff();
      await this.issueCode(transaction, userId, channel);
    });
  }

  /** @throws UnknownChannel, CodeIsWrong also after too many guesses. */
  async verify(userId: number, type: string, code: string): Promise<PreferenceView> {
    const channel = this.types.get(type);
    // The guess is counted in a transaction of its own, before it is judged: guesses in parallel cannot slip past.
    const [rows] = await this.dataSource.query<[unknown[], number]>(
      `UPDATE notification_preferences SET code_guesses = code_guesses + 1
       WHERE user_id = $1 AND channel_type = $2 AND code_nonce IS NOT NULL AND code_expires_at > now()
         AND code_guesses < $3 RETURNING 1`,
      [userId, channel.type, GUESSES],
    );
    const destination = await this.destinations.find(userId, channel.type);
    if (rows.length === 0 || !destination || !this.destinations.matches(destination, code)) throw new CodeIsWrong();
    // Only for the very code that was judged: the destination may have been changed meanwhile.
    const [verified] = await this.dataSource.query<[unknown[], number]>(
      `UPDATE notification_preferences SET is_verified = true, code_nonce = NULL, code_guesses = 0
       WHERE user_id = $1 AND channel_type = $2 AND code_nonce = $3 RETURNING 1`,
      [userId, channel.type, destination.codeNonce],
    );
    if (verified.length === 0) throw new CodeIsWrong();
    const [view] = (await this.of(userId)).filter(({ channelType }) => channelType === channel.type);
    return view as PreferenceView;
  }

  private async issueCode(transaction: EntityManager, userId: number, channel: Channel): Promise<void> {
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
    // One that still waits would carry the new code all the same: it is made when it is sent.
    await transaction.query(
      `INSERT INTO notification_deliveries
         (idempotency_key, user_id, channel_type, event_type, severity, title, message)
       VALUES (gen_random_uuid(), $1, $2, $3, 'info', 'Your Kubarr code', '')
       ON CONFLICT (user_id, channel_type, event_type) WHERE status = 'pending' AND attempt = 0 DO NOTHING`,
      [userId, channel.type, VERIFICATION],
    );
    await this.outbox.ensureSender(transaction, userId, channel.type);
  }

  private async locked(transaction: EntityManager, userId: number, channel: Channel): Promise<NotificationPreference> {
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

  private parse(channel: Channel, text: string): string | undefined {
    if (text.trim() === '') return undefined;
    const address = channel.parseDestination(text.trim());
    if (address === undefined) throw new DestinationNotUsable(channel.destinationText);
    return address;
  }

  private viewOf(channelType: string, row: NotificationPreference | undefined, isAvailable: boolean): PreferenceView {
    const address = row && ifReadable(() => this.destinations.addressOf(row)); // else it has to be entered again
    return {
      channelType,
      isEnabled: row !== undefined && address !== undefined && row.isEnabled,
      destination: address === undefined ? null : maskDestination(address),
      isVerified: row !== undefined && address !== undefined && row.isVerified,
      isAvailable,
    };
  }
}
