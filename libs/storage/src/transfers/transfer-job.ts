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
import { JobQueue, type JobContext, type StepResult } from '@kubarr/jobs';
import { randomUUID } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { freeName, namesTaken } from '../free-name.js';
import { CHECK_EVERY_BYTES, DiskQuota } from '../disk-quota.js';
import { StorageIntents } from '../intents/storage-intents.js';
import { isShown, partBeside, ROOT } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { FileStillWritten } from './transfers.errors.js';
import { StorageActions } from '../storage.actions.js';

/** Longest run of one step, in milliseconds: a full disk over a slow network takes days. */
const TIME_LIMIT_MS = 7 * 86_400_000;

/** Each restart of the server in the middle counts as a try. */
const ATTEMPTS = 20;

export interface TransferItem {
  readonly from: string;
  readonly to: string;
}

interface Transfer {
  readonly mode: 'copy' | 'move';
  readonly items: readonly TransferItem[];
  readonly actor: Actor;
}

/** Stands for the copy of a device, socket or pipe. */
const LEFT_OUT = '';

/** What finished steps left. */
interface TransferState {
  readonly bytes?: number;
  /** What the copy of each item is, under whatever name: see {@link identityOf}. */
  readonly copies?: readonly string[];
  /** Where each item came to be: another name when its own was taken meanwhile. */
  readonly published?: readonly string[];
}

/**
 * Copies, and moves between disks, in the background: everything is copied under names that listings leave out, then
 * gets its final name whole. Only then, and only what the copy holds, is taken away from the old place.
 */
@Injectable()
export class TransferJob {
  constructor(
    private readonly jobs: JobQueue,
    private readonly root: StorageRoot,
    private readonly quota: DiskQuota,
    private readonly intents: StorageIntents,
  ) {
    jobs.register({
      name: 'storage.transfer',
      maxAttempts: ATTEMPTS,
      timeoutMs: TIME_LIMIT_MS,
      steps: [
        { name: 'measure', run: (work) => this.measure(work) },
        { name: 'copy', run: (work) => this.copy(work) },
        { name: 'publish', run: (work) => this.publish(work) },
        { name: 'clean-up', run: (work) => this.takeAway(work) },
      ],
      cleanUp: (work) => this.cleanUp(work),
    });
  }

  enqueue(
    transaction: EntityManager,
    actor: Actor,
    mode: Transfer['mode'],
    items: readonly TransferItem[],
    to: RelativePath,
  ): Promise<number> {
    const [first] = items;
    const what = items.length === 1 && first ? `“${lastName(first.from)}”` : `${items.length} items`;
    const where = to.names.length === 0 ? 'the storage root' : `“${lastName(to.text)}”`;
    return this.jobs.enqueue(transaction, {
      kind: 'storage.transfer',
      subject: `storage-transfer:${randomUUID()}`,
      title: `${mode === 'copy' ? 'Copy' : 'Move'} ${what} to ${where}`,
      input: { mode, items, actor },
      actor,
    });
  }

  private measure(work: JobContext): Promise<StepResult> {
    return this.root.use(async (root) => {
      let bytes = 0;
      for (const item of itemsOf(work)) {
        const facts = await root.stat(item.from);
        const size =
          facts.kind === 'directory'
            ? await root.trees.measure(item.from, { signal: work.signal, filter: isShown })
            : { bytes: facts.size };
        bytes += size.bytes;
        await this.quota.assertFits(root, item.to.parent ?? ROOT, bytes);
      }
      work.progress(0, bytes);
      return { state: { bytes } };
    });
  }

  private copy(work: JobContext): Promise<StepResult> {
    return this.root.use(async (root) => {
      const { bytes: total } = work.state as TransferState;
      const copies: string[] = [];
      let [copied, sinceCheck] = [0, 0];
      for (const { from, to, part } of itemsOf(work)) {
        const onBytes = async (bytes: number): Promise<void> => {
          copied += bytes;
          sinceCheck += bytes;
          work.progress(copied, total);
          if (sinceCheck < CHECK_EVERY_BYTES) return;
          sinceCheck = 0;
          await this.quota.assertStillFits(root, to.parent ?? ROOT);
        };
        const skipped = await root.trees
          .copy(from, part, { signal: work.signal, filter: isShown, onBytes })
          .catch((error: unknown) => {
            throw error instanceof FileChanged ? new FileStillWritten(error) : error;
          });
        if (skipped > 0) work.log(`${from.text}: ${skipped} devices, sockets or pipes were left out.`);
        const copy = await root.files.statIfExists(part);
        copies.push(copy ? identityOf(copy) : LEFT_OUT);
      }
      return { state: { copies } };
    });
  }

  private publish(work: JobContext): Promise<StepResult> {
    const { mode, actor } = work.input as unknown as Transfer;
    const { bytes = 0, copies = [] } = work.state as TransferState;
    return this.root.use(async (root) => {
      const published: string[] = [];
      for (const [index, { from, to, part }] of itemsOf(work).entries()) {
        if (!(await root.files.statIfExists(part))) {
          // Left out, or published by an earlier attempt, whose intent records the copy.
          const copy = copies[index];
          published.push((copy === LEFT_OUT ? to : await findCopy(root, to, copy)).text);
          continue;
        }
        const target = await freeName(root, to);
        await this.intents.execute(actor, root, {
          action: mode === 'copy' ? StorageActions.copied : StorageActions.moved,
          path: from,
          details: { old: from.text, new: target.text, job: work.id },
          effect: 'publish',
          source: part,
          target,
        });
        published.push(target.text);
      }
      return {
        state: { published },
        inTransaction: (transaction) => this.quota.addUsage(transaction, mode === 'copy' ? bytes : 0),
      };
    });
  }

  private async takeAway(work: JobContext): Promise<void> {
    if ((work.input as unknown as Transfer).mode === 'copy') return;
    const { published = [] } = work.state as TransferState;
    await this.root.use(async (root) => {
      for (const [index, { from }] of itemsOf(work).entries()) {
        const target = parseRelativePath(published[index] ?? '');
        const kept = await root.trees.removeCopied(from, target, { signal: work.signal });
        if (kept > 0)
          work.log(
            `${from.text}: ${kept} items stay in the old place, for they changed or came meanwhile, or are no files.`,
          );
      }
    });
  }

  private cleanUp(work: JobContext): Promise<void> {
    return this.root.use(async (root) => {
      for (const { part } of itemsOf(work)) await root.trees.remove(part, { signal: work.signal });
    });
  }
}

/** The name that an earlier attempt gave the copy. @throws EntryNotFound when the copy is gone */
async function findCopy(root: OpenRoot, to: RelativePath, identity?: string): Promise<RelativePath> {
  for await (const { path, facts } of namesTaken(root, to)) if (identityOf(facts) === identity) return path;
  throw new EntryNotFound(to.text);
}

const identityOf = ({ device, inode }: FileEntry): string => `${device}:${inode}`;

/** The paths of a job, each with the place where it is kept until it is whole. */
function itemsOf({ id, input }: JobContext): { from: RelativePath; to: RelativePath; part: RelativePath }[] {
  return (input as unknown as Transfer).items.map((item, index) => {
    const to = parseRelativePath(item.to);
    return { from: parseRelativePath(item.from), to, part: partBeside(to, `job-${id}-${index}`) };
  });
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
