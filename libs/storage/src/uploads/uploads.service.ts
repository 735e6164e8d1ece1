import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type Actor } from '@kubarr/access';
import {
  EntryNotFound,
  NameTaken,
  NotADirectory,
  type OpenRoot,
  type PartFile,
  parseRelativePath,
  type RelativePath,
} from '@kubarr/file-tree';
import { StorageConfig } from '../storage.config.js';
import { KubarrError } from '@kubarr/platform/errors';
import { randomUUID } from 'node:crypto';
import { type Readable } from 'node:stream';
import { IsNull, MoreThan, Repository } from 'typeorm';
import { DiskQuota } from '../disk-quota.js';
import { NameNotUsable } from '../storage.errors.js';
import { ROOT, storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { PartWriter } from './part-writer.js';
import { StorageUpload } from './storage-upload.entity.js';
import { partPath, UploadCompletion } from './upload-completion.js';
import { UploadWriters } from './upload-writers.js';
import { TooManyUploads, UploadNotFound, UploadOffsetWrong, UploadTooLarge, UploadTooLong } from './uploads.errors.js';

/** An upload that receives nothing for this time expires, in milliseconds. */
const EXPIRES_AFTER_MS = 24 * 3_600_000;

/** Unfinished uploads per account. */
const MAX_UNFINISHED = 200;

/** Expired uploads that one sweep removes. */
const SWEEP_LIMIT = 1_000;

export interface UploadProgress {
  readonly id: string;
  readonly size: number;
  /** Bytes received. */
  readonly offset: number;
  readonly expiresAt: Date;
  /** Target path; the final path of a finished upload. */
  readonly path: string;
}

/**
 * Resumable uploads. Bytes go to a part file in the folder of the target, which listings leave out; once all bytes are on
 * the disk the part file gets its final name. Only its owner sees an upload.
 */
@Injectable()
export class Uploads {
  private readonly writers = new UploadWriters();

  constructor(
    @InjectRepository(StorageUpload) private readonly uploads: Repository<StorageUpload>,
    private readonly root: StorageRoot,
    private readonly quota: DiskQuota,
    private readonly completion: UploadCompletion,
    private readonly config: StorageConfig,
  ) {}

  /**
   * Reserves space for a file of `size` bytes at `path`.
   * @throws NameTaken, NotADirectory, NotEnoughRoom, QuotaExceeded, UploadTooLarge, TooManyUploads
   */
  async start(actor: Actor, text: string, size: number): Promise<UploadProgress> {
    const path = storagePath(text);
    if (path.names.length === 0) throw new NameNotUsable();
    const { maxUploadBytes } = this.config;
    if (maxUploadBytes > 0 && size > maxUploadBytes) throw new UploadTooLarge(maxUploadBytes);
    const userId = actor.userId ?? 0;
    const unfinished = await this.uploads.countBy({ userId, finishedAt: IsNull(), expiresAt: MoreThan(new Date()) });
    if (unfinished >= MAX_UNFINISHED) throw new TooManyUploads(MAX_UNFINISHED);
    return this.root.use(async (root) => {
      const folder = path.parent ?? ROOT;
      if ((await root.stat(folder)).kind !== 'directory') throw new NotADirectory(folder.text);
      if (await root.files.statIfExists(path)) throw new NameTaken(path.text);
      const upload = this.newUpload(userId, path, size);
      await this.quota.reserve(root, folder, upload);
      try {
        const part = await this.openPart(root, upload);
        await part.close();
        if (size === 0) await this.completion.finish(actor, root, upload);
      } catch (error) {
        await this.remove(root, upload);
        throw error;
      }
      return toProgress(upload, 0);
    });
  }

  /** @throws UploadNotFound */
  getProgress(actor: Actor, id: string): Promise<UploadProgress> {
    // A client that asks has lost its connection, so the writer of that connection is stopped.
    return this.runExclusive(actor, id, async (upload) => {
      if (upload.finishedAt) return toProgress(upload, upload.size);
      return this.root.use(async (root) => {
        if (await this.completion.finishIfWhole(actor, root, upload)) return toProgress(upload, upload.size);
        const part = await this.completion.statPart(root, upload);
        return toProgress(upload, part?.size ?? 0);
      });
    });
  }

  /**
   * Appends bytes from `offset` on. Bytes that arrive before the connection breaks are kept.
   * @param announced Content-Length of this request, if any.
   * @throws UploadNotFound, UploadOffsetWrong, UploadTooLong, NotEnoughRoom, NoSpace
   */
  append(
    actor: Actor,
    id: string,
    offset: number,
    body: Readable,
    announced: number | undefined,
  ): Promise<UploadProgress> {
    return this.runExclusive(actor, id, async (upload, signal) => {
      if (offset + (announced ?? 0) > upload.size) throw new UploadTooLong(upload.size);
      if (upload.finishedAt && offset !== upload.size) throw new UploadOffsetWrong(upload.size);
      if (upload.finishedAt) return toProgress(upload, upload.size);
      return this.root.use(async (root) => {
        if (await this.completion.finishIfWhole(actor, root, upload)) return toProgress(upload, upload.size);
        const received = await this.receive(root, upload, offset, body, signal);
        if (received === upload.size) await this.completion.finish(actor, root, upload);
        return toProgress(upload, received);
      });
    });
  }

  /** @throws UploadNotFound */
  cancel(actor: Actor, id: string): Promise<void> {
    return this.runExclusive(actor, id, (upload) => this.root.use((root) => this.remove(root, upload)));
  }

  /**
   * Removes expired uploads. The next run retries those that the disk refuses to remove.
   * @returns how many were removed, and why others were not
   */
  async deleteExpired(signal?: AbortSignal): Promise<{ removed: number; failures: KubarrError[] }> {
    const expired = await this.uploads
      .createQueryBuilder('upload')
      .where('upload.expiresAt < now()')
      .orderBy('upload.expiresAt')
      .limit(SWEEP_LIMIT)
      .getMany();
    const failures: KubarrError[] = [];
    await this.root.use(async (root) => {
      for (const upload of expired) {
        signal?.throwIfAborted();
        await this.remove(root, upload).catch((error: unknown) => {
          if (!(error instanceof KubarrError)) throw error;
          failures.push(error);
        });
      }
    });
    return { removed: expired.length - failures.length, failures };
  }

  private newUpload(userId: number, path: RelativePath, size: number): StorageUpload {
    return this.uploads.create({
      id: randomUUID(),
      userId,
      path: path.text,
      size,
      received: 0,
      partIdentity: null,
      expiresAt: new Date(Date.now() + EXPIRES_AFTER_MS),
      finishedAt: null,
    });
  }

  private async findOwn(actor: Actor, id: string): Promise<StorageUpload> {
    const upload = await this.uploads.findOneBy({ id, userId: actor.userId ?? 0, expiresAt: MoreThan(new Date()) });
    if (!upload) throw new UploadNotFound();
    return upload;
  }

  /** Stops another writer of this upload, then reads the row again. @throws UploadNotFound */
  private async runExclusive<T>(
    actor: Actor,
    id: string,
    work: (upload: StorageUpload, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    await this.findOwn(actor, id); // only the owner may end the writer
    return this.writers.runExclusive(id, async (signal) => work(await this.findOwn(actor, id), signal));
  }

  private async receive(
    root: OpenRoot,
    upload: StorageUpload,
    offset: number,
    body: Readable,
    signal: AbortSignal,
  ): Promise<number> {
    const part = await this.openPart(root, upload);
    try {
      if (part.size !== offset) throw new UploadOffsetWrong(part.size);
      const checkFreeSpace = async (): Promise<void> => {
        const path = await this.saveProgress(upload, part.size);
        await this.quota.assertStillFits(root, parseRelativePath(path).parent ?? ROOT).catch((error: unknown) => {
          if (!(error instanceof EntryNotFound)) throw error; // the folder is being moved: the next check finds it
        });
      };
      await new PartWriter(part, upload.size, checkFreeSpace).write(body, signal);
      if (part.size === upload.size) await part.finish();
      return part.size;
    } finally {
      await part.close();
      await this.saveProgress(upload, part.size);
    }
  }

  /**
   * Extends the expiry.
   * @returns the current target path; a folder move may have changed it
   * @throws UploadNotFound when the upload was cancelled
   */
  private async saveProgress(upload: StorageUpload, received: number): Promise<string> {
    const expiresAt = new Date(Date.now() + EXPIRES_AFTER_MS);
    const { affected } = await this.uploads.update(upload.id, { received, expiresAt });
    const row = affected === 0 ? null : await this.uploads.findOneBy({ id: upload.id });
    if (!row) throw new UploadNotFound();
    return row.path;
  }

  /** The part file, open for writing; a new one when it is missing. */
  private async openPart(root: OpenRoot, upload: StorageUpload): Promise<PartFile> {
    if (await this.completion.statPart(root, upload)) return root.files.openPart(partPath(upload));
    const path = partPath(upload);
    const part = await root.files.createPart(path);
    const { device, inode } = await root.stat(path);
    upload.partIdentity = `${device}:${inode}`;
    await this.uploads.update(upload.id, { partIdentity: upload.partIdentity });
    return part;
  }

  private async remove(root: OpenRoot, upload: StorageUpload): Promise<void> {
    try {
      if (await this.completion.statPart(root, upload)) await root.files.remove(partPath(upload));
    } catch (error) {
      if (!(error instanceof EntryNotFound || error instanceof NotADirectory)) throw error;
    }
    await this.uploads.delete(upload.id);
  }
}

const toProgress = ({ id, size, expiresAt, path }: StorageUpload, offset: number): UploadProgress => ({
  id,
  size,
  offset,
  expiresAt,
  path,
});
