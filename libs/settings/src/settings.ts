import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { CacheRegistry, type ReadThroughCache } from '@kubarr/platform/cache';
import { DataSource, type EntityManager } from 'typeorm';
import { type Setting } from './setting.js';
import { SettingsActions } from './settings.actions.js';
import { SystemSetting } from './system-setting.entity.js';

/** All values are cached under one key: they are few and always read together. */
const CACHE_KEY = 'all';

type StoredTexts = Partial<Record<string, string>>;

/** Reads and writes the settings that areas declare. */
@Injectable()
export class Settings {
  private readonly cache: ReadThroughCache<StoredTexts>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditRecorder,
    caches: CacheRegistry,
  ) {
    this.cache = caches.createReadThrough({ name: 'settings', maxEntries: 10, ttlMs: 60_000 });
  }

  /** The stored value, or the default. Cached. */
  async get<Value extends string | boolean>(setting: Setting<Value>): Promise<Value> {
    const stored = await this.cache.getOrFill(CACHE_KEY, async () => {
      const rows = await this.dataSource.getRepository(SystemSetting).find({ take: 1_000 });
      return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
    });
    return setting.valueOf(stored[setting.key]);
  }

  /** The value as `transaction` sees it, past the cache. */
  async getWithin<Value extends string | boolean>(transaction: EntityManager, setting: Setting<Value>): Promise<Value> {
    const row = await transaction.findOneBy(SystemSetting, { key: setting.key });
    return setting.valueOf(row?.value);
  }

  /** Stores a value, and records the old and the new one. */
  async set<Value extends string | boolean>(actor: Actor, setting: Setting<Value>, value: Value): Promise<void> {
    await this.dataSource.transaction((transaction) => this.setWithin(transaction, actor, setting, value));
  }

  /** Stores a value as part of a larger change. */
  async setWithin<Value extends string | boolean>(
    transaction: EntityManager,
    actor: Actor,
    { key, default: fallback }: Setting<Value>,
    value: Value,
  ): Promise<void> {
    const before = await transaction.findOne(SystemSetting, { where: { key }, lock: { mode: 'pessimistic_write' } });
    const text = String(value);
    await transaction.upsert(SystemSetting, { key, value: text, updatedAt: () => 'now()' }, ['key']);
    await this.audit.record(transaction, actor, {
      action: SettingsActions.changed,
      resourceId: key,
      details: { setting: key, old: before?.value ?? String(fallback), new: text },
    });
    await this.cache.invalidate(transaction, CACHE_KEY);
  }
}
