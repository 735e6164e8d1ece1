import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { type FieldIssue } from '@kubarr/platform/errors';
import { SecretBox } from '@kubarr/platform/secrets';
import { DataSource, type EntityManager } from 'typeorm';
import { tryOpen } from '../try-open.js';
import { ChannelNotUsable } from '../notifications.errors.js';
import { type Channel } from './channel.js';
import { ChannelTypes } from './channel-types.js';
import { type ChannelConfig, maskConfig, mergeConfig, missingValues } from './config-fields.js';
import { NotificationChannel } from './notification-channel.entity.js';
import { SettingsActions } from '@kubarr/settings';

/** A channel with its configuration. */
export interface ChannelState {
  readonly type: string;
  readonly isEnabled: boolean;
  /** Includes secrets. Empty when the secret key is missing, so that it can be entered again. */
  readonly config: ChannelConfig;
  /** `undefined` = never saved. */
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

/** The configurations of the channels, each sealed as a whole. */
@Injectable()
export class ChannelSettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly types: ChannelTypes,
    private readonly box: SecretBox,
    private readonly recorder: AuditRecorder,
  ) {}

  /** All channels in their order, including those that were never saved. */
  async list(): Promise<ChannelState[]> {
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
   * Like {@link get}, but fails when the secret key is missing.
   *
   * @throws UnknownChannel, SecretCannotBeOpened
   */
  async openForSending(type: string): Promise<Pick<ChannelState, 'isEnabled' | 'config'>> {
    const channel = this.types.get(type);
    const row = await this.dataSource.manager.findOneBy(NotificationChannel, { channelType: channel.type });
    return { isEnabled: row?.isEnabled ?? false, config: row ? this.open(row) : {} };
  }

  /**
   * @param change Missing and masked values stay as they are.
   * @throws UnknownChannel; ChannelNotUsable when a value is invalid, or a required one of an enabled channel is missing
   */
  async update(
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
      // Enabling or disabling a channel must not replace a configuration whose key is missing.
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
      config: (row && tryOpen(() => this.open(row))) ?? {},
      createdAt: row?.createdAt,
      updatedAt: row?.updatedAt,
    };
  }

  private open({ channelType, sealedConfig }: NotificationChannel): ChannelConfig {
    return JSON.parse(this.box.open(sealedConfig, contextOf(channelType))) as ChannelConfig;
  }
}

const contextOf = (type: string) => ({ table: 'notification_channels', column: 'sealed_config', row: type });

/** Old and new values that differ, with secrets masked. */
function differences(channel: Channel, old: ChannelConfig, config: ChannelConfig): Record<string, unknown> {
  const [shownOld, shownNew] = [maskConfig(channel.fields, old), maskConfig(channel.fields, config)];
  return Object.fromEntries(
    channel.fields
      .filter(({ name }) => old[name] !== config[name])
      .map(({ name }) => [name, { old: shownOld[name] ?? null, new: shownNew[name] ?? null }]),
  );
}
