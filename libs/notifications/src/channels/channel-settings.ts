import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { type FieldIssue } from '@kubarr/platform/errors';
import { SecretBox } from '@kubarr/platform/secrets';
import { DataSource, type EntityManager } from 'typeorm';
import { ifReadable } from '../if-readable.js';
import { ChannelNotUsable } from '../notifications.errors.js';
import { type Channel } from './channel.js';
import { ChannelTypes } from './channel-types.js';
import { type ChannelConfig, maskConfig, mergeConfig, missingValues } from './config-fields.js';
import { NotificationChannel } from './notification-channel.entity.js';
import { SettingsActions } from '@kubarr/settings';

/** A channel as it is set up. */
export interface ChannelState {
  readonly type: string;
  readonly isEnabled: boolean;
  /** With its secrets. Empty when it cannot be opened, for lack of the key: so it can be entered again. */
  readonly config: ChannelConfig;
  /** `undefined` = never saved. */
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

/** How the channels are set up. Configurations are sealed whole. */
@Injectable()
export class ChannelSettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly types: ChannelTypes,
    private readonly box: SecretBox,
    private readonly recorder: AuditRecorder,
  ) {}

  /** All channels in their order, those that were never saved too. */
  async all(): Promise<ChannelState[]> {
    const rows = new Map(
      (await this.dataSource.manager.find(NotificationChannel)).map((row) => [row.channelType, row]),
    );
    return this.types.all.map(({ type }) => this.stateOf(type, rows.get(type)));
  }

  /** @throws UnknownChannel */
  async get(type: string, manager: EntityManager = this.dataSource.manager): Promise<ChannelState> {
    const channel = this.types.get(type);
    const row = await manager.findOneBy(NotificationChannel, { channelType: channel.type });
    return this.stateOf(channel.type, row ?? undefined);
  }

  /**
   * The channel as it is needed for sending.
   *
   * @throws UnknownChannel, SecretCannotBeOpened
   */
  async toSend(type: string): Promise<Pick<ChannelState, 'isEnabled' | 'config'>> {
    const channel = this.types.get(type);
    const row = await this.dataSource.manager.findOneBy(NotificationChannel, { channelType: channel.type });
    return { isEnabled: row?.isEnabled ?? false, config: row ? this.open(row) : {} };
  }

  /**
   * @param change Values that are missing or masked are kept.
   * @throws UnknownChannel, ChannelNotUsable when a value is wrong, or when an enabled channel lacks one.
   */
  async change(
    actor: Actor,
    type: string,
    change: { readonly isEnabled?: boolean; readonly config?: Readonly<Record<string, unknown>> },
  ): Promise<ChannelState> {
    const channel = this.types.get(type);
    return this.dataSource.transaction(async (transaction) => {
      // A channel that was never saved has no row to lock.
      await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`kubarr.channel.${channel.type}`]);
      const row = await transaction.findOneBy(NotificationChannel, { channelType: channel.type });
      const old = this.stateOf(channel.type, row ?? undefined);
      const issues: FieldIssue[] = [];
      const config = mergeConfig(channel.fields, old.config, change.config ?? {}, issues);
      const isEnabled = change.isEnabled ?? old.isEnabled;
      if (isEnabled) issues.push(...missingValues(channel.fields, config));
      if (issues.length > 0) throw new ChannelNotUsable(issues);
      // Switching a channel must not replace what cannot be opened at the moment.
      const isKept = row !== null && change.config === undefined;
      const sealedConfig = isKept ? row.sealedConfig : this.box.seal(JSON.stringify(config), contextOf(channel.type));
      await transaction.upsert(
        NotificationChannel,
        { channelType: channel.type, isEnabled, sealedConfig, updatedAt: () => 'now()' },
        ['channelType'],
      );
      await this.recorder.record(transaction, actor, {
        action: SettingsActions.changed,
        resourceId: `notifications.channels.${channel.type}`,
        details: { enabled: { old: old.isEnabled, new: isEnabled }, config: differences(channel, old.config, config) },
      });
      return this.get(channel.type, transaction);
    });
  }

  private stateOf(type: string, row: NotificationChannel | undefined): ChannelState {
    return {
      type,
      isEnabled: row?.isEnabled ?? false,
      config: (row && ifReadable(() => this.open(row))) ?? {},
      createdAt: row?.createdAt,
      updatedAt: row?.updatedAt,
    };
  }

  private open({ channelType, sealedConfig }: NotificationChannel): ChannelConfig {
    return JSON.parse(this.box.open(sealedConfig, contextOf(channelType))) as ChannelConfig;
  }
}

const contextOf = (type: string) => ({ table: 'notification_channels', column: 'sealed_config', row: type });

/** Old and new value of what changed, masked; a new secret shows as changed, not what it is. */
function differences(channel: Channel, old: ChannelConfig, config: ChannelConfig): Record<string, unknown> {
  const [shownOld, shownNew] = [maskConfig(channel.fields, old), maskConfig(channel.fields, config)];
  return Object.fromEntries(
    channel.fields
      .filter(({ name }) => old[name] !== config[name])
      .map(({ name }) => [name, { old: shownOld[name] ?? null, new: shownNew[name] ?? null }]),
  );
}
