import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { parseRelativePath, type RelativePath } from '@kubarr/file-tree';
import { JobQueue, type JobContext, type StepResult } from '@kubarr/jobs';
import { randomUUID } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { SizeJob } from '../sizes/size-job.js';
import { StorageRoot } from '../storage-root.js';

/** Longest run, in milliseconds: millions of files on a slow disk. */
const TIME_LIMIT_MS = 86_400_000;
const ATTEMPTS = 20;

interface Removal {
  /** A place that nobody sees any more. */
  readonly place: string;
}

/** Removes, in the background, what was put out of sight. */
@Injectable()
export class RemovalJob {
  constructor(
    private readonly jobs: JobQueue,
    private readonly root: StorageRoot,
    private readonly sizes: SizeJob,
  ) {
    jobs.register({
      name: 'storage.removal',
      maxAttempts: ATTEMPTS,
      timeoutMs: TIME_LIMIT_MS,
      steps: [{ name: 'remove', run: (work) => this.remove(work) }],
    });
  }

  enqueue(transaction: EntityManager, actor: Actor, title: string, place: RelativePath): Promise<number> {
    return this.jobs.enqueue(transaction, {
      kind: 'storage.removal',
      subject: `storage-removal:${randomUUID()}`,
      title,
      input: { place: place.text } satisfies Removal,
      actor,
    });
  }

  private async remove(work: JobContext): Promise<StepResult> {
    const { place } = work.input as unknown as Removal;
    let removed = 0;
    await this.root.use(async (root) => {
      const path = parseRelativePath(place);
      if (!(await root.files.statIfExists(path))) return;
      await root.trees.remove(path, { signal: work.signal, onRemoved: () => work.progress((removed += 1)) });
    });
    return { inTransaction: (transaction) => this.sizes.ensureForQuota(transaction) };
  }
}
