import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { CacheRegistry, type ReadThroughCache } from '@kubarr/platform/cache';
import { DataSource, type EntityManager } from 'typeorm';
import { SETTINGS, type SettingKey } from './settings-catalogue.js';
import { SystemSetting } from './system-setting.entity.js';
import { SettingsActions } from './settings.actions.js';

/** All values are cached under one key: they are few and always read together. */
const CACHE_KEY = 'all';

type Values = Partial<Record<string, string>>;

/** Reads and writes settings on behalf of the product. Values are typed and checked by the caller or the catalogue. */
@Injectable()
export class Settings {
  private readonly cache: ReadThroughCache<Values>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditRecorder,
    caches: CacheRegistry,
  ) {
    this.cache = caches.createReadThrough({ name: 'settings', maxEntries: 10, ttlMs: 60_000 });
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
  all(): Promise<Values> {
    return this.cache.getOrFill(CACHE_KEY, async () => {
      const rows = await this.dataSource.getRepository(SystemSetting).find({ take: 1_000 });
      return Object.fromEntries(rows.map((row) => [row.key, row.value]));
    });
  }

  /** Stores a value that the catalogue's `parse` has let through, and records old and new. */
  async change(actor: Actor, key: SettingKey, value: string): Promise<void> {
    await this.dataSource.transaction((transaction) => this.changeWithin(transaction, actor, key, value));
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
    await this.cache.invalidate(transaction, CACHE_KEY);
  }
}

function fallbackOf(key: SettingKey): string {
  return SETTINGS.find((setting) => setting.key === key)?.fallback ?? '';
}
