import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type Actor } from '@kubarr/access';
import { StorageConfig } from '@kubarr/platform/config';
import { KubarrError } from '@kubarr/platform/errors';
import {
  NameTaken,
  EntryNotFound,
  NotADirectory,
  type OpenRoot,
  type PartFile,
  parseRelativePath,
  type RelativePath,
} from '@kubarr/file-tree';
import { randomUUID } from 'node:crypto';
import { type Readable } from 'node:stream';
import { IsNull, MoreThan, Repository } from 'typeorm';
import { freeName } from '../free-name.js';
import { RecordedChange } from '../recorded-change.js';
import { Room } from '../room.js';
import { NameNotUsable } from '../storage.errors.js';
import { partBeside, ROOT, storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { PartWriter } from './part-writer.js';
import { StorageUpload } from './storage-upload.entity.js';
import { TooManyUploads, UploadNotFound, UploadOffsetWrong, UploadTooLarge, UploadTooLong } from './uploads.errors.js';

/** An upload that receives nothing for so long is given up, in milliseconds. */
const EXPIRES_AFTER_MS = 24 * 3_600_000;

/** Uploads of one person under way at the same time. */
const MOST_PER_PERSON = 200;

/** How an upload stands. */
export interface UploadProgress {
  readonly id: string;
  readonly size: number;
  /** Bytes received. */
  readonly offset: number;
  readonly expiresAt: Date;
  /** Where it goes; when all is received, where it is. */
  readonly path: string;
}

/**
 * Uploads that go on where they broke off. Bytes go to a file beside the target that listings leave out; once all are on
 * the disk it gets its name. Only its owner sees an upload.
 */
@Injectable()
export class Uploads {
  /** Writers in this process: a client that comes back takes over from its own dead connection. */
  private readonly writers = new Map<string, { abort: AbortController; ended: Promise<unknown> }>();

  constructor(
    @InjectRepository(StorageUpload) private readonly uploads: Repository<StorageUpload>,
    private readonly root: StorageRoot,
    private readonly room: Room,
    private readonly recorded: RecordedChange,
    private readonly config: StorageConfig,
  ) {}

  /**
   * Makes room for a file of `size` bytes at `path`.
   * @throws NameTaken, NotADirectory, NotEnoughRoom, QuotaExceeded, UploadTooLarge, TooManyUploads
   */
  async begin(actor: Actor, text: string, size: number): Promise<UploadProgress> {
    const path = storagePath(text);
    if (path.names.length === 0) throw new NameNotUsable();
    const { maxUploadBytes } = this.config;
    if (maxUploadBytes > 0 && size > maxUploadBytes) throw new UploadTooLarge(maxUploadBytes);
    const userId = actor.userId ?? 0;
    const active = await this.uploads.countBy({ userId, finishedAt: IsNull(), expiresAt: MoreThan(new Date()) });
    if (active >= MOST_PER_PERSON) throw new TooManyUploads(MOST_PER_PERSON);
    return this.root.use(async (root) => {
      const folder = path.parent ?? ROOT;
      if ((await root.stat(folder)).kind !== 'directory') throw new NotADirectory(folder.text);
      if (await root.files.statIfExists(path)) throw new NameTaken(path.text);
      const upload = this.uploads.create({
        id: randomUUID(),
        userId,
        path: path.text,
        size,
        received: 0,
        partIdentity: null,
        expiresAt: new Date(Date.now() + EXPIRES_AFTER_MS),
        finishedAt: null,
      });
      await this.room.reserve(root, folder, upload);
      try {
        const part = await this.partOf(root, upload);
        await part.close();
        if (size === 0) await this.finish(root, actor, upload);
      } catch (error) {
        await this.remove(root, upload);
        throw error;
      }
      return progressOf(upload, 0);
    });
  }

  /** @throws UploadNotFound */
  progress(actor: Actor, id: string): Promise<UploadProgress> {
    // A client that asks has lost its connection: what still comes over that one is of no use.
    return this.asOnlyWriter(actor, id, async (upload) => {
      if (upload.finishedAt) return progressOf(upload, upload.size);
      return this.root.use(async (root) => {
        if (await this.finishIfWhole(root, actor, upload)) return progressOf(upload, upload.size);
        const member = await root.files.statIfExists(partPath(upload));
        return progressOf(upload, member?.size ?? 0);
      });
    });
  }

  /**
   * Takes bytes from `offset` on. What arrives before the connection breaks counts.
   * @param announced Bytes that this request will send, when it says so.
   * @throws UploadNotFound, UploadOffsetWrong, UploadTooLong, NotEnoughRoom, NoSpace
   */
  append(
    actor: Actor,
    id: string,
    offset: number,
    sent: Readable,
    announced: number | undefined,
  ): Promise<UploadProgress> {
    return this.asOnlyWriter(actor, id, async (upload, signal) => {
      if (offset + (announced ?? 0) > upload.size) throw new UploadTooLong(upload.size);
      if (upload.finishedAt && offset !== upload.size) throw new UploadOffsetWrong(upload.size);
      if (upload.finishedAt) return progressOf(upload, upload.size);
      return this.root.use(async (root) => {
        if (await this.finishIfWhole(root, actor, upload)) return progressOf(upload, upload.size);
        const received = await this.receive(root, upload, offset, sent, signal);
        if (received === upload.size) await this.finish(root, actor, upload);
        return progressOf(upload, received);
      });
    });
  }

  /** Gives an upload up. @throws UploadNotFound */
  cancel(actor: Actor, id: string): Promise<void> {
    return this.asOnlyWriter(actor, id, (upload) => this.root.use((root) => this.remove(root, upload)));
  }

  /**
   * Removes what was given up; what the disk does not let go stays for the next time.
   * @returns how many were removed, and why others were not
   */
  async removeExpired(signal?: AbortSignal): Promise<{ removed: number; failures: KubarrError[] }> {
    const expired = await this.uploads
      .createQueryBuilder('upload')
      .where('upload.expiresAt < now()')
      .orderBy('upload.expiresAt')
      .limit(1_000)
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

  private async find(actor: Actor, id: string): Promise<StorageUpload> {
    const upload = await this.uploads.findOneBy({ id, userId: actor.userId ?? 0, expiresAt: MoreThan(new Date()) });
    if (!upload) throw new UploadNotFound();
    return upload;
  }

  private async receive(
    root: OpenRoot,
    upload: StorageUpload,
    offset: number,
    sent: Readable,
    signal: AbortSignal,
  ): Promise<number> {
    const part = await this.partOf(root, upload);
    try {
      if (part.size !== offset) throw new UploadOffsetWrong(part.size);
      const look = async (): Promise<void> => {
        const path = await this.noteReceived(upload, part.size);
        await this.room.look(root, parseRelativePath(path).parent ?? ROOT);
      };
      await new PartWriter(part, upload.size, look).write(sent, signal);
      if (part.size === upload.size) await part.finish();
      return part.size;
    } finally {
      await part.close();
      await this.noteReceived(upload, part.size);
    }
  }

  /** It lives on, for a while. @returns where it goes by now @throws UploadNotFound when it was cancelled meanwhile */
  private async noteReceived(upload: StorageUpload, received: number): Promise<string> {
    const expiresAt = new Date(Date.now() + EXPIRES_AFTER_MS);
    const { affected } = await this.uploads.update(upload.id, { received, expiresAt });
    const row = affected === 0 ? null : await this.uploads.findOneBy({ id: upload.id });
    if (!row) throw new UploadNotFound();
    return row.path;
  }

  /** The file that takes the bytes; made anew when somebody removed it. */
  private async partOf(root: OpenRoot, upload: StorageUpload): Promise<PartFile> {
    const path = partPath(upload);
    try {
      return await root.files.openPart(path);
    } catch (error) {
      if (!(error instanceof EntryNotFound)) throw error;
    }
    const part = await root.files.createPart(path);
    const { device, inode } = await root.stat(path);
    upload.partIdentity = `${device}:${inode}`;
    await this.uploads.update(upload.id, { partIdentity: upload.partIdentity });
    return part;
  }

  /** All bytes are there, but the process ended before that was noted, or between the two names of the file. */
  private async finishIfWhole(root: OpenRoot, actor: Actor, upload: StorageUpload): Promise<boolean> {
    const [part, target] = [
      await root.files.statIfExists(partPath(upload)),
      await root.files.statIfExists(parseRelativePath(upload.path)),
    ];
    const isPublished = !part && target !== undefined && `${target.device}:${target.inode}` === upload.partIdentity;
    if (!isPublished && part?.size !== upload.size) return false;
    if (part) {
      const file = await root.files.openPart(partPath(upload));
      await file.finish().finally(() => file.close());
    }
    await this.finish(root, actor, upload);
    return true;
  }

  /**
   * Gives the file its name, or a numbered one when that was taken meanwhile. Safe to repeat.
   * @throws UploadNotFound when it was cancelled meanwhile
   * @throws UploadOffsetWrong when somebody took the file away
   */
  private async finish(root: OpenRoot, actor: Actor, upload: StorageUpload): Promise<void> {
    await this.uploads.manager.transaction(async (transaction) => {
      const row = await transaction.findOne(StorageUpload, {
        where: { id: upload.id },
        lock: { mode: 'pessimistic_write' },
      });
      if (!row) throw new UploadNotFound();
      Object.assign(upload, row);
      if (row.finishedAt) return; // another replica was quicker
      const wanted = parseRelativePath(row.path);
      const [part, there] = [await root.files.statIfExists(partPath(row)), await root.files.statIfExists(wanted)];
      const isOurs = there !== undefined && `${there.device}:${there.inode}` === row.partIdentity;
      if (!part && !isOurs) throw new UploadOffsetWrong(0);
      const target = isOurs ? wanted : await freeName(root, wanted);
      const details = { size: row.size };
      await this.recorded.note(transaction, actor, { action: 'storage_uploaded', path: target, details });
      if (part) await root.files.publish(partPath(row), target);
      const finished = { path: target.text, received: row.size, finishedAt: new Date() };
      await transaction.update(StorageUpload, row.id, finished);
      await this.room.grew(transaction, row.size);
      Object.assign(upload, finished);
    });
  }

  private async remove(root: OpenRoot, upload: StorageUpload): Promise<void> {
    try {
      await root.files.remove(partPath(upload));
    } catch (error) {
      if (!(error instanceof EntryNotFound || error instanceof NotADirectory)) throw error;
    }
    await this.uploads.delete(upload.id);
  }

  /** Whoever writes to the upload in this process has to end first; then its row is read anew. @throws UploadNotFound */
  private async asOnlyWriter<T>(
    actor: Actor,
    id: string,
    work: (upload: StorageUpload, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    await this.find(actor, id); // nobody else's upload is disturbed
    for (let other = this.writers.get(id); other; other = this.writers.get(id)) {
      other.abort.abort();
      await other.ended;
    }
    const abort = new AbortController();
    const working = this.find(actor, id).then((upload) => work(upload, abort.signal));
    const writer = { abort, ended: working.catch(() => undefined) };
    this.writers.set(id, writer);
    try {
      return await working;
    } finally {
      if (this.writers.get(id) === writer) this.writers.delete(id);
    }
  }
}

const partPath = ({ id, path }: Pick<StorageUpload, 'id' | 'path'>): RelativePath =>
  partBeside(parseRelativePath(path), id);

const progressOf = ({ id, size, expiresAt, path }: StorageUpload, offset: number): UploadProgress => ({
  id,
  size,
  offset,
  expiresAt,
  path,
});
