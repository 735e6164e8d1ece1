import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type Actor } from '@kubarr/access';
import { IntoItself, NotADirectory, NotAFile, type OpenRoot, OtherDisk, type RelativePath } from '@kubarr/file-tree';
import { randomUUID } from 'node:crypto';
import { DataSource, Repository } from 'typeorm';
import { freeName } from '../free-name.js';
import { doneItem, failedItem, type ItemOutcomeResponse, type ItemOutcomesResponse } from '../item-outcomes.dto.js';
import { refuseProtected } from '../protected-folders.js';
import { DiskQuota } from '../disk-quota.js';
import { StorageIntents } from '../intents/storage-intents.js';
import { partBeside, ROOT, storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { StorageUpload } from '../uploads/storage-upload.entity.js';
import { TransferJob, type TransferItem } from './transfer.job.js';
import { StorageActions } from '../storage.actions.js';

/** Bytes that one request copies itself; a job copies the rest. */
const MAX_BYTES_PER_REQUEST = 32 * 1_024 * 1_024;

/** The part file of an interrupted copy is removed after this time, in milliseconds. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Moves and copies files and folders to another folder; long work becomes a job. Existing files are never replaced. */
@Injectable()
export class Transfers {
  constructor(
    private readonly root: StorageRoot,
    private readonly intents: StorageIntents,
    private readonly quota: DiskQuota,
    private readonly job: TransferJob,
    private readonly dataSource: DataSource,
    @InjectRepository(StorageUpload) private readonly uploads: Repository<StorageUpload>,
  ) {}

  /** Renames on the same disk; a job copies to another disk. */
  move(actor: Actor, paths: readonly string[], to: string): Promise<ItemOutcomesResponse> {
    return this.transfer(actor, 'move', paths, to, async (root, path, folder) => {
      await refuseProtected(root, path);
      const target = memberOf(folder, path);
      try {
        await this.intents.execute(actor, root, {
          action: StorageActions.moved,
          path,
          details: { old: path.text, new: target.text },
          effect: 'move',
          source: path,
          target,
        });
        return { target, isDone: true };
      } catch (error) {
        if (error instanceof OtherDisk) return { target, isDone: false };
        throw error;
      }
    });
  }

  /** A copy whose name is taken gets a number. */
  copy(actor: Actor, paths: readonly string[], to: string): Promise<ItemOutcomesResponse> {
    let copied = 0;
    return this.transfer(actor, 'copy', paths, to, async (root, path, folder) => {
      const { kind, size } = await root.stat(path);
      if (kind === 'other') throw new NotAFile(path.text);
      if (path.names.length === 0 || folder.isWithin(path)) throw new IntoItself(path.text);
      const target = await freeName(root, memberOf(folder, path));
      if (kind === 'directory' || copied + size > MAX_BYTES_PER_REQUEST) return { target, isDone: false };
      copied += size;
      await this.copyNow(actor, root, path, target, size);
      return { target, isDone: true };
    });
  }

  private async copyNow(
    actor: Actor,
    root: OpenRoot,
    path: RelativePath,
    target: RelativePath,
    size: number,
  ): Promise<void> {
    const id = randomUUID();
    const part = partBeside(target, id);
    const expiresAt = new Date(Date.now() + ABANDONED_AFTER_MS);
    const copy = this.uploads.create({ id, userId: actor.userId ?? 0, path: target.text, size, expiresAt });
    await this.quota.reserve(root, target.parent ?? ROOT, copy);
    try {
      await root.trees.copy(path, part);
      await this.intents.execute(actor, root, {
        action: StorageActions.copied,
        path,
        details: { old: path.text, new: target.text },
        growth: size,
        effect: 'publish',
        source: part,
        target,
      });
    } finally {
      await root.trees.remove(part); // published unless the copy failed
      await this.uploads.delete(id);
    }
  }

  private transfer(
    actor: Actor,
    mode: 'copy' | 'move',
    paths: readonly string[],
    to: string,
    attempt: (
      root: OpenRoot,
      path: RelativePath,
      folder: RelativePath,
    ) => Promise<{ target: RelativePath; isDone: boolean }>,
  ): Promise<ItemOutcomesResponse> {
    const folder = storagePath(to);
    return this.root.use(async (root) => {
      if ((await root.stat(folder)).kind !== 'directory') throw new NotADirectory(folder.text);
      const items: ItemOutcomeResponse[] = [];
      const left: TransferItem[] = [];
      for (const text of paths) {
        try {
          const path = storagePath(text);
          const { target, isDone } = await attempt(root, path, folder);
          items.push(isDone ? doneItem(text, target.text) : { ...doneItem(text, target.text), outcome: 'job' });
          if (!isDone) left.push({ from: path.text, to: target.text });
        } catch (error) {
          items.push(failedItem(text, error));
        }
      }
      const jobId =
        left.length === 0
          ? null
          : await this.dataSource.transaction((transaction) =>
              this.job.enqueue(transaction, actor, mode, left, folder),
            );
      return { items, job_id: jobId };
    });
  }
}

/** The path of an entry in a folder. @throws PathMalformed when it would be too long */
const memberOf = (folder: RelativePath, { name }: RelativePath): RelativePath => storagePath(folder.child(name).text);
