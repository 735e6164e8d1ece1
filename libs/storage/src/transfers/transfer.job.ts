import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import {
  FileChanged,
  type FileEntry,
  EntryNotFound,
  type OpenRoot,
  parseRelativePath,
  type RelativePath,
} from '@kubarr/file-tree';
import { defineJob, type JobContext, JobQueue, type StepResult } from '@kubarr/jobs';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsString, ValidateNested } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { namesTaken } from '../free-name.js';
import { CHECK_EVERY_BYTES, DiskQuota } from '../disk-quota.js';
import { findTarget } from '../intents/find-target.js';
import { StorageIntents } from '../intents/storage-intents.js';
import { isShown, partBeside, ROOT } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { FileStillWritten } from './transfers.errors.js';
import { StorageActions } from '../storage.actions.js';

/** Longest run of one step, in milliseconds: a full disk over a slow network takes days. */
const TIMEOUT_MS = 7 * 86_400_000;

/** Each restart of the server in the middle counts as an attempt. */
const ATTEMPTS = 20;

export class TransferItem {
  @IsString()
  readonly from!: string;

  @IsString()
  readonly to!: string;
}

class TransferInput {
  @IsIn(['copy', 'move'])
  readonly mode!: 'copy' | 'move';

  @ValidateNested({ each: true })
  @Type(() => TransferItem)
  readonly items!: readonly TransferItem[];

  @IsObject()
  readonly actor!: Actor;
}

type TransferContext = JobContext<TransferInput, TransferState>;

/** Takes the place of the identity of a device, socket or pipe, which is not copied. */
const SKIPPED = '';

interface TransferState {
  readonly bytes: number;
  /** Identity of the copy of each item, which does not change with its name: see {@link identityOf}. */
  readonly copies: readonly string[];
  /** Final path of each item: a numbered name when another program took its name. */
  readonly published: readonly string[];
}

/**
 * Copies, and moves between disks, in the background: copies to part files, which listings leave out, then gives the
 * complete copies their final names. A move deletes the originals last, and only files that the copy contains.
 */
@Injectable()
export class TransferJob {
  private readonly job = defineJob<TransferInput, TransferState>({
    name: 'storage.transfer',
    input: TransferInput,
    maxAttempts: ATTEMPTS,
    timeoutMs: TIMEOUT_MS,
    steps: [
      { name: 'measure', run: (context) => this.measure(context) },
      { name: 'copy', run: (context) => this.copy(context) },
      { name: 'publish', run: (context) => this.publish(context) },
      { name: 'clean-up', run: (context) => this.removeOriginals(context) },
    ],
    cleanUp: (context) => this.cleanUp(context),
  });

  constructor(
    private readonly jobs: JobQueue,
    private readonly root: StorageRoot,
    private readonly quota: DiskQuota,
    private readonly intents: StorageIntents,
  ) {
    jobs.register(this.job);
  }

  enqueue(
    transaction: EntityManager,
    actor: Actor,
    mode: TransferInput['mode'],
    items: readonly TransferItem[],
    to: RelativePath,
  ): Promise<number> {
    const [first] = items;
    const what = items.length === 1 && first ? `“${lastName(first.from)}”` : `${items.length} items`;
    const where = to.names.length === 0 ? 'the storage root' : `“${lastName(to.text)}”`;
    return this.jobs.enqueue(transaction, this.job, {
      subject: `storage-transfer:${randomUUID()}`,
      title: `${mode === 'copy' ? 'Copy' : 'Move'} ${what} to ${where}`,
      input: { mode, items, actor },
      actor,
    });
  }

  private measure(context: TransferContext): Promise<StepResult<TransferState>> {
    return this.root.use(async (root) => {
      let bytes = 0;
      for (const item of itemsOf(context)) {
        const facts = await root.stat(item.from);
        const size =
          facts.kind === 'directory'
            ? await root.trees.measure(item.from, { signal: context.signal, filter: isShown })
            : { bytes: facts.size };
        bytes += size.bytes;
        await this.quota.assertFits(root, item.to.parent ?? ROOT, bytes);
      }
      context.progress(0, bytes);
      return { state: { bytes } };
    });
  }

  private copy(context: TransferContext): Promise<StepResult<TransferState>> {
    return this.root.use(async (root) => {
      const { bytes: total } = context.state;
      const copies: string[] = [];
      let [copied, sinceCheck] = [0, 0];
      for (const { from, to, part } of itemsOf(context)) {
        const onBytes = async (bytes: number): Promise<void> => {
          copied += bytes;
          sinceCheck += bytes;
          context.progress(copied, total);
          if (sinceCheck < CHECK_EVERY_BYTES) return;
          sinceCheck = 0;
          await this.quota.assertStillFits(root, to.parent ?? ROOT);
        };
        const skipped = await root.trees
          .copy(from, part, { signal: context.signal, filter: isShown, onBytes })
          .catch((error: unknown) => {
            throw error instanceof FileChanged ? new FileStillWritten(error) : error;
          });
        if (skipped > 0) context.log(`${from.text}: ${skipped} devices, sockets or pipes were skipped.`);
        const copy = await root.files.statIfExists(part);
        copies.push(copy ? identityOf(copy) : SKIPPED);
      }
      return { state: { copies } };
    });
  }

  private publish(context: TransferContext): Promise<StepResult<TransferState>> {
    const { mode, actor } = context.input;
    const { bytes = 0, copies = [] } = context.state;
    return this.root.use(async (root) => {
      const published: string[] = [];
      for (const [index, { from, to, part }] of itemsOf(context).entries()) {
        if (!(await root.files.statIfExists(part))) {
          // Skipped, or published by an earlier attempt, whose intent records the copy.
          const copy = copies[index];
          published.push((copy === SKIPPED ? to : await findCopy(root, to, copy)).text);
          continue;
        }
        try {
          const target = await findTarget(root, this.intents, part, to);
          await this.intents.execute(actor, root, {
            action: mode === 'copy' ? StorageActions.copied : StorageActions.moved,
            path: from,
            details: { old: from.text, new: target.text, job: context.id },
            effect: 'publish',
            source: part,
            target,
          });
          published.push(target.text);
        } catch (error) {
          // After a killed attempt, a sweep published the copy between the two checks of its part.
          if (!(error instanceof EntryNotFound) || (await root.files.statIfExists(part))) throw error;
          published.push((await findCopy(root, to, copies[index])).text);
        }
      }
      return {
        state: { published },
        inTransaction: (transaction) => this.quota.addUsage(transaction, mode === 'copy' ? bytes : 0),
      };
    });
  }

  private async removeOriginals(context: TransferContext): Promise<void> {
    if (context.input.mode === 'copy') return;
    const { published = [] } = context.state;
    await this.root.use(async (root) => {
      for (const [index, { from }] of itemsOf(context).entries()) {
        const target = parseRelativePath(published[index] ?? '');
        const kept = await root.trees.removeCopied(from, target, { signal: context.signal });
        if (kept > 0)
          context.log(
            `${from.text}: ${kept} items stay in the source folder: they changed, are new, or are not files.`,
          );
      }
    });
  }

  private cleanUp(context: TransferContext): Promise<void> {
    return this.root.use(async (root) => {
      for (const { part } of itemsOf(context)) await root.trees.remove(part, { signal: context.signal });
    });
  }
}

/** The name that an earlier attempt gave the copy. @throws EntryNotFound when the copy is gone */
async function findCopy(root: OpenRoot, to: RelativePath, identity?: string): Promise<RelativePath> {
  for await (const { path, facts } of namesTaken(root, to)) if (identityOf(facts) === identity) return path;
  throw new EntryNotFound(to.text);
}

const identityOf = ({ device, inode }: FileEntry): string => `${device}:${inode}`;

/** The paths of a job, each with the path of its part until the copy is complete. */
function itemsOf({ id, input }: TransferContext): { from: RelativePath; to: RelativePath; part: RelativePath }[] {
  return input.items.map((item, index) => {
    const to = parseRelativePath(item.to);
    return { from: parseRelativePath(item.from), to, part: partBeside(to, `job-${id}-${index}`) };
  });
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
