import { Injectable } from '@nestjs/common';
import { SYSTEM } from '@kubarr/access';
import { StorageConfig } from '../storage.config.js';
import { MAX_LISTED_ENTRIES, type FileEntry, EntryNotFound, type OpenRoot, type RelativePath } from '@kubarr/file-tree';
import { KubarrError } from '@kubarr/platform/errors';
import { Scheduled } from '@kubarr/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { StorageIntents } from '../intents/storage-intents.js';
import { StorageRoot } from '../storage-root.js';
import { infoIn } from './trash.service.js';
import {
  deletedAt,
  PENDING_DELETION,
  fileOf,
  idOfInfo,
  TRASH_INFO,
  infoOf,
  makeTrash,
  TRASH_ID,
} from '../trash-folders.js';
import { TRASH } from '../storage-path.js';
import { StorageActions } from '../storage.actions.js';

const DAY_MS = 86_400_000;

/** Entries that wait for deletion longer than this are removed even if no job does it, in milliseconds. */
const ABANDONED_AFTER_MS = 7 * DAY_MS;

/** Removes expired entries from the trash, and what a crash left there. */
@Injectable()
export class TrashRetention {
  constructor(
    private readonly config: StorageConfig,
    private readonly root: StorageRoot,
    private readonly intents: StorageIntents,
    private readonly log: Log,
  ) {}

  @Scheduled({ name: 'storage-trash', cron: '40 3 * * *', timeoutMs: 3_600_000 })
  async run(signal?: AbortSignal): Promise<void> {
    await this.root.use(async (root) => {
      if (!(await root.files.statIfExists(TRASH))) return;
      await this.removeAbandoned(root, signal);
      if (this.config.trashDays === 0) return;
      let removed = 0;
      for (const id of await idsBefore(root, Date.now() - this.config.trashDays * DAY_MS)) {
        if (await this.attempt(() => this.removeOld(root, id, signal), id, signal)) removed += 1;
      }
      if (removed > 0) this.log.info('Removed expired entries from the trash', { removed });
    });
  }

  /** Moves the entry to `PENDING_DELETION`, then removes it. The next run retries what the disk refuses. */
  private async removeOld(root: OpenRoot, id: string, signal?: AbortSignal): Promise<void> {
    const pending = PENDING_DELETION.child(Buffer.from(id));
    const info = await infoIn(root, id).catch(() => undefined);
    const record = { action: StorageActions.trashRemoved, path: info?.path ?? fileOf(id) } as const;
    const details = { trash_id: id, older_than_days: this.config.trashDays };
    if (await root.files.statIfExists(fileOf(id))) {
      await makeTrash(root);
      await this.intents.execute(SYSTEM, root, {
        ...record,
        details,
        effect: 'move',
        source: fileOf(id),
        target: pending,
      });
    }
    await root.trees.remove(infoOf(id));
    await root.trees.remove(pending, { signal });
  }

  /** Entries that still wait for deletion, and info files without an entry. */
  private async removeAbandoned(root: OpenRoot, signal?: AbortSignal): Promise<void> {
    const longAgo = Date.now() - ABANDONED_AFTER_MS;
    for (const { name } of await membersOf(root, PENDING_DELETION)) {
      const id = name.toString('latin1');
      if (TRASH_ID.test(id) && deletedAt(id).getTime() < longAgo)
        await this.attempt(() => root.trees.remove(PENDING_DELETION.child(name), { signal }), id, signal);
    }
    for (const id of await idsBefore(root, longAgo)) {
      if (!(await root.files.statIfExists(fileOf(id)))) await root.trees.remove(infoOf(id));
    }
  }

  /** An entry that cannot be removed does not stop the others. */
  private async attempt(removal: () => Promise<void>, id: string, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    try {
      await removal();
      return true;
    } catch (error) {
      if (signal?.aborted || !(error instanceof KubarrError)) throw error;
      this.log.warn('Could not remove an entry from the trash', { id, reason: error.message });
      return false;
    }
  }
}

async function idsBefore(root: OpenRoot, until: number): Promise<string[]> {
  return (await membersOf(root, TRASH_INFO))
    .map(({ name }) => idOfInfo(name))
    .filter((id) => id !== undefined)
    .filter((id) => deletedAt(id).getTime() < until);
}

async function membersOf(root: OpenRoot, folder: RelativePath): Promise<readonly FileEntry[]> {
  try {
    return (await root.list(folder, { offset: 0, limit: MAX_LISTED_ENTRIES })).entries;
  } catch (error) {
    if (error instanceof EntryNotFound) return [];
    throw error;
  }
}
