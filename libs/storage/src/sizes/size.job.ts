import { Injectable } from '@nestjs/common';
import { type Actor, SYSTEM } from '@kubarr/access';
import { StorageConfig } from '../storage.config.js';
import { EntryNotFound, parseRelativePath, type RelativePath, type TreeSize } from '@kubarr/file-tree';
import { defineJob, type JobContext, JobQueue, Scheduled, type StepResult } from '@kubarr/jobs';
import { IsString } from 'class-validator';
import { DataSource, type EntityManager } from 'typeorm';
import { TooManyWalks } from '../storage.errors.js';
import { isCounted, ROOT } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { digestOf } from './path-digest.js';
import { StorageSize } from './storage-size.entity.js';

/** Longest run, in milliseconds: millions of files on a slow disk. */
const TIMEOUT_MS = 86_400_000;

/** Direct subfolders whose sizes are stored too: the largest. */
const MAX_SUBFOLDERS = 500;

/** Sizes that were not measured again for this many days are deleted. */
const DELETED_AFTER_DAYS = 90;

/** Most folders in the queue. */
const MAX_WAITING = 20;

const HOUR_MS = 3_600_000;

class SizeInput {
  @IsString()
  readonly path!: string;
}

/** Measures folders in the background and stores their sizes. */
@Injectable()
export class SizeJob {
  private readonly job = defineJob<SizeInput>({
    name: 'storage.size',
    input: SizeInput,
    timeoutMs: TIMEOUT_MS,
    isHousekeeping: true,
    steps: [{ name: 'measure', run: (context) => this.measure(context) }],
  });

  constructor(
    private readonly jobs: JobQueue,
    private readonly root: StorageRoot,
    private readonly dataSource: DataSource,
    private readonly config: StorageConfig,
  ) {
    jobs.register(this.job);
  }

  /** @throws TooManyWalks */
  async assertQueueNotFull(): Promise<void> {
    const waiting = await this.jobs.list({ kind: 'storage.size', status: 'waiting', limit: MAX_WAITING });
    if (waiting.length >= MAX_WAITING) throw new TooManyWalks();
  }

  /** One job per folder, however many requests ask for it. */
  async enqueue(transaction: EntityManager, actor: Actor, path: RelativePath): Promise<void> {
    await this.jobs.enqueueOrRerun(transaction, this.job, {
      subject: `storage-size:${digestOf(path)}`,
      title: `Measure ${path.text === '' ? 'the whole storage' : `“${path.text}”`}`,
      input: { path: path.text },
      actor,
    });
  }

  /** Only a quota needs the size of the storage. Without one, sleeping disks are not woken. */
  @Scheduled({ name: 'storage-quota', everyMs: HOUR_MS, timeoutMs: 60_000 })
  async measureForQuota(): Promise<void> {
    await this.dataSource.transaction((transaction) => this.enqueueForQuota(transaction));
  }

  /** Called after a removal, so that the freed space counts before the next hourly measurement. */
  async enqueueForQuota(transaction: EntityManager): Promise<void> {
    if (this.config.quotaBytes > 0) await this.enqueue(transaction, SYSTEM, ROOT);
  }

  private measure({ input, signal, progress }: JobContext<SizeInput>): Promise<StepResult> {
    const path = parseRelativePath(input.path);
    return this.root.use(async (root) => {
      const below: { path: RelativePath; size: TreeSize }[] = [];
      let seen = 0;
      const size = await root.trees
        .measure(path, { signal, skipsForbidden: true, filter: isCounted }, (at, sum) => {
          progress((seen += 1));
          if (at.names.length === path.names.length + 1) keepLargest(below, { path: at, size: { ...sum } });
        })
        .catch((error: unknown) => {
          if (error instanceof EntryNotFound) return undefined; // removed during the walk
          throw error;
        });
      return { inTransaction: (transaction) => this.saveSizes(transaction, path, size, below) };
    });
  }

  private async saveSizes(
    transaction: EntityManager,
    path: RelativePath,
    size: TreeSize | undefined,
    below: readonly { path: RelativePath; size: TreeSize }[],
  ): Promise<void> {
    await transaction.query(
      `DELETE FROM storage_sizes WHERE path_digest = $1 OR measured_at < now() - make_interval(days => $2)`,
      [digestOf(path), DELETED_AFTER_DAYS],
    );
    if (!size) return;
    const rows = [...below, { path, size }].map(({ path: at, size: { bytes, files, directories } }) => ({
      pathDigest: digestOf(at),
      path: at.text,
      bytes,
      files,
      directories,
      measuredAt: () => 'now()',
    }));
    await transaction
      .createQueryBuilder()
      .insert()
      .into(StorageSize)
      .values(rows)
      .orUpdate(['bytes', 'files', 'directories', 'measured_at'], ['path_digest'])
      .execute();
  }
}

/** Bounds the list to the largest items; sorts only when it has doubled. */
function keepLargest<T extends { size: TreeSize }>(list: T[], item: T): void {
  list.push(item);
  if (list.length <= 2 * MAX_SUBFOLDERS) return;
  list.sort((one, other) => other.size.bytes - one.size.bytes);
  list.length = MAX_SUBFOLDERS;
}
