import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { parseRelativePath, type RelativePath } from '@kubarr/file-tree';
import { defineJob, type JobContext, JobQueue, type StepResult } from '@kubarr/jobs';
import { IsString } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { SizeJob } from '../sizes/size.job.js';
import { StorageRoot } from '../storage-root.js';

/** Longest run, in milliseconds: millions of files on a slow disk. */
const TIMEOUT_MS = 86_400_000;
const ATTEMPTS = 20;

class RemovalInput {
  /** Path of the moved folder; listings leave it out. */
  @IsString()
  readonly place!: string;
}

/** Deletes, in the background, folders that a request has moved out of the listings. */
@Injectable()
export class RemovalJob {
  private readonly job = defineJob<RemovalInput>({
    name: 'storage.removal',
    input: RemovalInput,
    maxAttempts: ATTEMPTS,
    timeoutMs: TIMEOUT_MS,
    steps: [{ name: 'remove', run: (context) => this.remove(context) }],
  });

  constructor(
    private readonly jobs: JobQueue,
    private readonly root: StorageRoot,
    private readonly sizes: SizeJob,
  ) {
    jobs.register(this.job);
  }

  enqueue(transaction: EntityManager, actor: Actor, title: string, place: RelativePath): Promise<number> {
    return this.jobs.enqueue(transaction, this.job, {
      subject: `storage-removal:${randomUUID()}`,
      title,
      input: { place: place.text },
      actor,
    });
  }

  private async remove({ input, signal, progress }: JobContext<RemovalInput>): Promise<StepResult> {
    let removed = 0;
    await this.root.use(async (root) => {
      const path = parseRelativePath(input.place);
      if (!(await root.files.statIfExists(path))) return;
      await root.trees.remove(path, { signal, onRemoved: () => progress((removed += 1)) });
    });
    return { inTransaction: (transaction) => this.sizes.enqueueForQuota(transaction) };
  }
}
