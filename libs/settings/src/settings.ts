import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { ReplicaBus } from '@kubarr/platform/database';
import { type Cache } from 'cache-manager';
import { DataSource, type EntityManager } from 'typeorm';
import { SETTINGS, type SettingKey } from './settings-catalogue.js';
import { SystemSetting } from './system-setting.entity.js';
import { SettingsActions } from './settings.actions.js';

/** One key under which all values are cached together: they are few, and always read as a whole. */
const CACHE_KEY = 'settings';

/** Safety net should an invalidation ever be missed, in milliseconds. */
const CACHED_FOR_MS = 60_000;

/** Topic on which replicas tell each other that a setting changed. */
const CHANGED = 'settings.changed';

type Values = Partial<Record<string, string>>;

/** Reads and writes settings on behalf of the product. Values are typed and checked by the caller or the catalogue. */
@Injectable()
export class Settings {
  /** Counts invalidations, so that a read which began before one is not kept. */
  private epoch = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly bus: ReplicaBus,
    private readonly audit: AuditRecorder,
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
  ) {
    bus.subscribe(CHANGED, () => void this.forget());
  }

  /** The stored value, or the catalogue's fallback. */
  async value(key: SettingKey): Promise<string> {
    return (await this.all())[key] ?? fallbackOf(key);
  }

  /** The same as it is in a transaction, past the cache. */
  async valueWithin(transaction: EntityManager, key: SettingKey): Promise<string> {
    return (await transaction.findOneBy(SystemSetting, { key }))?.value ?? fallbackOf(key);
  }

  /** Every stored value by key. */
  async all(): Promise<Values> {
    const cached = await this.cache.get<Values>(CACHE_KEY);
    if (cached) return cached;
    const { epoch } = this;
    const rows = await this.dataSource.getRepository(SystemSetting).find({ take: 1_000 });
    const values = Object.fromEntries(rows.map((row) => [row.key, row.value]));
    if (epoch === this.epoch) await this.cache.set(CACHE_KEY, values, CACHED_FOR_MS);
    return values;
  }

  /** Stores a value that the catalogue's `parse` has let through, and records old and new. */
  async change(actor: Actor, key: SettingKey, value: string): Promise<void> {
    await this.dataSource.transaction((transaction) => this.changeWithin(transaction, actor, key, value));
    await this.forget(); // this replica at once, the others by the notification
  }

  /** The same, as part of a larger change. */
  async changeWithin(transaction: EntityManager, actor: Actor, key: SettingKey, value: string): Promise<void> {
    const before = await transaction.findOne(SystemSetting, { where: { key }, lock: { mode: 'pessimistic_write' } });
    await transaction.upsert(SystemSetting, { key, value, updatedAt: () => 'now()' }, ['key']);
    await this.audit.record(transaction, actor, {
      action: SettingsActions.changed,
      resourceId: key,
      details: { setting: key, old: before?.value ?? fallbackOf(key), new: value },
    });
    await this.bus.publish(transaction, CHANGED, key);
  }

  /** Call it after a transaction that used `changeWithin` has committed. */
  async forget(): Promise<void> {
    this.epoch++;
    await this.cache.del(CACHE_KEY);
  }
}

function fallbackOf(key: SettingKey): string {
  return SETTINGS.find((setting) => setting.key === key)?.fallback ?? '';
}
