import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type Actor } from '@kubarr/access';
import { EntryNotFound, type FileEntry, type OpenRoot, parseRelativePath, type RelativePath } from '@kubarr/file-tree';
import { setTimeout as delay } from 'node:timers/promises';
import { type EntityManager, Repository } from 'typeorm';
import { ChangeOutcome, type DoneChange, type FollowUpResult } from '../intents/change-outcome.js';
import { hasIdentity, type PlannedChange } from '../intents/planned-change.js';
import { findTarget } from '../intents/find-target.js';
import { StorageIntents } from '../intents/storage-intents.js';
import { partBeside } from '../storage-path.js';
import { retargetUploads } from './retarget-uploads.js';
import { StorageUpload } from './storage-upload.entity.js';
import { UploadNotFound, UploadOffsetWrong } from './uploads.errors.js';
import { StorageActions } from '../storage.actions.js';

/** Longest wait for a directory that is being moved, and the interval of the checks, in milliseconds. */
const MOVE_LIMIT_MS = 5_000;
const MOVE_POLL_MS = 50;

/** Completes uploads: gives the complete part file its final name and records the upload. */
@Injectable()
export class UploadCompletion {
  constructor(
    @InjectRepository(StorageUpload) private readonly uploads: Repository<StorageUpload>,
    private readonly intents: StorageIntents,
    outcome: ChangeOutcome,
  ) {
    outcome.register(StorageActions.uploaded, recordEnd);
    for (const action of [StorageActions.renamed, StorageActions.moved] as const) outcome.register(action, retarget);
  }

  /** Stat of the part file; `undefined` when it is missing. Waits while a parent directory is being moved. */
  async statPart(root: OpenRoot, upload: StorageUpload): Promise<FileEntry | undefined> {
    for (;;) {
      const part = await root.files.statIfExists(partPath(upload));
      if (part || !(await this.followMove(upload))) return part;
    }
  }

  /** Completes an upload whose bytes have all arrived; false when some are missing. */
  async finishIfWhole(actor: Actor, root: OpenRoot, upload: StorageUpload): Promise<boolean> {
    const part = await this.statPart(root, upload);
    if (part ? part.size !== upload.size : !(await isPublished(root, upload))) return false;
    if (part) {
      const file = await root.files.openPart(partPath(upload));
      await file.finish().finally(() => file.close());
    }
    await this.finish(actor, root, upload);
    return true;
  }

  /**
   * Gives the part file its final name; a numbered one when another program has taken the name. Safe to repeat.
   * @throws UploadNotFound when the upload was cancelled, UploadOffsetWrong when the part file was removed
   */
  async finish(actor: Actor, root: OpenRoot, upload: StorageUpload): Promise<void> {
    const row = await this.uploads.findOneBy({ id: upload.id });
    if (!row) throw new UploadNotFound();
    Object.assign(upload, row);
    if (upload.finishedAt) return; // by another replica
    const part = await this.statPart(root, upload);
    const published = await isPublished(root, upload);
    if (!part && !published) throw new UploadOffsetWrong(0); // the client starts again at 0
    const target = published
      ? parseRelativePath(upload.path)
      : await findTarget(root, this.intents, partPath(upload), parseRelativePath(upload.path));
    const change: PlannedChange = {
      action: StorageActions.uploaded,
      path: target,
      details: { size: upload.size },
      growth: upload.size,
      uploadId: upload.id,
      effect: 'publish',
      source: partPath(upload),
      target,
    };
    if (part) await this.publish(actor, root, upload, change);
    else await this.intents.record(actor, change);
    Object.assign(upload, { path: target.text, received: upload.size, finishedAt: new Date() });
  }

  /** Another replica may publish the same part at the same time. */
  private async publish(actor: Actor, root: OpenRoot, upload: StorageUpload, change: PlannedChange): Promise<void> {
    try {
      await this.intents.execute(actor, root, change);
    } catch (error) {
      if (!(error instanceof EntryNotFound)) throw error;
      if (!(await isPublished(root, { ...upload, path: change.path.text }))) throw error;
      await this.intents.record(actor, change);
    }
  }

  /** Waits for a move of a directory above the upload, then takes over the new path; false when it is unchanged. */
  private async followMove(upload: StorageUpload): Promise<boolean> {
    const until = performance.now() + MOVE_LIMIT_MS;
    while ((await this.intents.isMoving(upload.path)) && performance.now() < until) await delay(MOVE_POLL_MS);
    const row = await this.uploads.findOneBy({ id: upload.id });
    if (!row || row.path === upload.path) return false;
    upload.path = row.path;
    return true;
  }
}

/** The part file of an upload: its bytes until all have arrived. */
export const partPath = ({ id, path }: Pick<StorageUpload, 'id' | 'path'>): RelativePath =>
  partBeside(parseRelativePath(path), id);

async function isPublished(root: OpenRoot, { path, partIdentity }: StorageUpload): Promise<boolean> {
  return hasIdentity(await root.files.statIfExists(parseRelativePath(path)), partIdentity);
}

async function recordEnd(
  transaction: EntityManager,
  { uploadId, target, growth }: DoneChange,
): Promise<FollowUpResult> {
  const upload = await transaction.findOne(StorageUpload, {
    where: { id: uploadId ?? '' },
    lock: { mode: 'pessimistic_write' },
  });
  if (upload?.finishedAt) return { isRecorded: true };
  const end = { path: target ?? '', received: growth, finishedAt: new Date() };
  if (upload) await transaction.update(StorageUpload, upload.id, end);
  return {};
}

async function retarget(transaction: EntityManager, { effect, source, target }: DoneChange): Promise<FollowUpResult> {
  if (effect === 'move' && source !== null && target !== null) await retargetUploads(transaction, source, target);
  return {};
}
