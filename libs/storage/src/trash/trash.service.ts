import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { StorageConfig } from '../storage.config.js';
import { NameTaken, nameText, EntryNotFound, type OpenRoot, type Slice } from '@kubarr/file-tree';
import { text as readText } from 'node:stream/consumers';
import { DataSource } from 'typeorm';
import { freeName } from '../free-name.js';
import { doneItem, failedItem, type ItemOutcomeResponse, type ItemOutcomesResponse } from '../item-outcomes.dto.js';
import { pageSlice } from '../page-slice.js';
import { refuseProtected } from '../protected-folders.js';
import { StorageIntents } from '../intents/storage-intents.js';
import { RemovalJob } from '../removal/removal.job.js';
import { storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { type TrashItemResponse, type TrashListingResponse, type TrashQuery } from './trash.dto.js';
import { NotInTrash } from './trash.errors.js';
import { MAX_INFO_BYTES, readTrashInfo, type TrashInfo, writeTrashInfo } from './trash-info.js';
import {
  deletedAt,
  PENDING_DELETION,
  fileOf,
  idOfInfo,
  TRASH_INFO,
  infoOf,
  makeTrash,
  newTrashId,
  TRASH_ID,
} from '../trash-folders.js';
import { StorageActions } from '../storage.actions.js';

const DAY_MS = 86_400_000;

/** Deleted entries, each with an info file that names its original path. */
@Injectable()
export class Trash {
  constructor(
    private readonly root: StorageRoot,
    private readonly intents: StorageIntents,
    private readonly removals: RemovalJob,
    private readonly config: StorageConfig,
    private readonly dataSource: DataSource,
  ) {}

  /** Moves files, folders with their content, and symbolic links (not their targets) to the trash. */
  moveToTrash(actor: Actor, paths: readonly string[]): Promise<ItemOutcomesResponse> {
    return this.forEach(paths, async (root, text) => {
      const path = storagePath(text);
      await refuseProtected(root, path);
      await root.stat(path);
      await makeTrash(root);
      const id = newTrashId();
      await writeInfo(root, id, { path, deletedAt: deletedAt(id), deletedBy: actor.username });
      try {
        await this.intents.execute(actor, root, {
          action: StorageActions.trashed,
          path,
          details: { trash_id: id },
          effect: 'move',
          source: path,
          target: fileOf(id),
        });
      } catch (error) {
        // The info file stays when only the record of the change is missing: nobody could restore the entry without it.
        const isInTrash = await root.files.statIfExists(fileOf(id)).catch(() => true);
        if (!isInTrash) await root.trees.remove(infoOf(id));
        throw error;
      }
      return null;
    });
  }

  async list({ page = 1, per_page: perPage = 200 }: TrashQuery): Promise<TrashListingResponse> {
    const slice = pageSlice(page, perPage);
    return this.root.use(async (root) => {
      const { entries, total } = await infosIn(root, slice);
      const items: TrashItemResponse[] = [];
      for (const { name } of entries) {
        const id = idOfInfo(name);
        const item = id && (await this.item(root, id));
        if (item) items.push(item);
      }
      return { items, total_items: total, page, per_page: perPage };
    });
  }

  /** Restores the original paths. Creates missing folders; a taken name gets a number. */
  restore(actor: Actor, ids: readonly string[]): Promise<ItemOutcomesResponse> {
    return this.forEach(ids, async (root, id) => {
      const { path } = await infoIn(root, id);
      const { parent } = path;
      if (parent && parent.names.length > 0 && !(await root.files.statIfExists(parent)))
        await root.files.makeDirectory(parent).catch((error: unknown) => {
          if (!(error instanceof NameTaken)) throw error;
        });
      const target = await freeName(root, path);
      await this.intents
        .execute(actor, root, {
          action: StorageActions.restored,
          path,
          details: { trash_id: id, new: target.text },
          effect: 'move',
          source: fileOf(id),
          target,
        })
        .catch(asNotInTrash);
      await root.trees.remove(infoOf(id));
      return target.text;
    });
  }

  /** Moves entries to `PENDING_DELETION`, whose content a job removes. */
  remove(actor: Actor, ids: readonly string[]): Promise<ItemOutcomesResponse> {
    return this.root.use(async (root) => {
      await makeTrash(root);
      const batch = PENDING_DELETION.child(Buffer.from(newTrashId()));
      await root.files.makeDirectory(batch);
      const outcomes = await this.forEach(ids, async (_, id) => {
        const { path } = await infoIn(root, id);
        await this.intents
          .execute(actor, root, {
            action: StorageActions.trashRemoved,
            path,
            details: { trash_id: id },
            effect: 'move',
            source: fileOf(id),
            target: batch.child(Buffer.from(id)),
          })
          .catch(asNotInTrash);
        await root.trees.remove(infoOf(id));
        return null;
      });
      const jobId = await this.dataSource.transaction((transaction) =>
        this.removals.enqueue(transaction, actor, `Remove ${ids.length} items from the trash`, batch),
      );
      return { ...outcomes, job_id: jobId };
    });
  }

  private async item(root: OpenRoot, id: string): Promise<TrashItemResponse | undefined> {
    const info = await infoIn(root, id).catch(() => undefined);
    const member = await root.files.statIfExists(fileOf(id));
    if (!info || !member) return undefined;
    const { trashDays } = this.config;
    return {
      id,
      name: nameText(info.path.name),
      path: info.path.text,
      kind: member.kind,
      size: member.size,
      deleted_at: deletedAt(id).toISOString(),
      deleted_by: info.deletedBy,
      expires_at: trashDays === 0 ? null : new Date(deletedAt(id).getTime() + trashDays * DAY_MS).toISOString(),
    };
  }

  private forEach(
    names: readonly string[],
    attempt: (root: OpenRoot, name: string) => Promise<string | null>,
  ): Promise<ItemOutcomesResponse> {
    return this.root.use(async (root) => {
      const items: ItemOutcomeResponse[] = [];
      for (const name of names) {
        items.push(
          await attempt(root, name).then(
            (place) => doneItem(name, place),
            (error: unknown) => failedItem(name, error),
          ),
        );
      }
      return { items, job_id: null };
    });
  }
}

/** The info files, newest first; none before the first use of the trash. */
export async function infosIn(root: OpenRoot, slice: Slice) {
  try {
    return await root.list(TRASH_INFO, { ...slice, order: { by: 'name', descending: true } });
  } catch (error) {
    if (error instanceof EntryNotFound) return { entries: [], total: 0 };
    throw error;
  }
}

async function writeInfo(root: OpenRoot, id: string, info: TrashInfo): Promise<void> {
  const part = await root.files.createPart(infoOf(id));
  try {
    await part.append(Buffer.from(writeTrashInfo(info)));
    await part.sync();
  } finally {
    await part.close();
  }
}

function asNotInTrash(error: unknown): never {
  throw error instanceof EntryNotFound ? new NotInTrash() : error;
}

/** @throws NotInTrash */
export async function infoIn(root: OpenRoot, id: string): Promise<TrashInfo> {
  if (!TRASH_ID.test(id)) throw new NotInTrash();
  const file = await root.openFile(infoOf(id)).catch(asNotInTrash);
  const info = readTrashInfo(await readText(file.stream(0, Math.min(file.entry.size, MAX_INFO_BYTES))));
  if (!info) throw new NotInTrash();
  return info;
}
