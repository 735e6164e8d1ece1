import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { DiskNotResponding, type OpenRoot, type RelativePath } from '@kubarr/file-tree';
import { asDatabaseError } from '@kubarr/platform/database';
import { Log } from '@kubarr/platform/telemetry';
import { randomUUID } from 'node:crypto';
import { DataSource, In } from 'typeorm';
import { ROOT } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { ChangeOutcome, type DoneChange } from './change-outcome.js';
import { ChangeNotRecorded } from './intents.errors.js';
import { applyEffect, describeEffect, findOutcome, isRefusal } from './intent-effect.js';
import { DELETE_INTENT, SUPERSEDE } from './intent-statements.js';
import { type PlannedChange } from './planned-change.js';
import { StorageIntent } from './storage-intent.entity.js';

/** Intents that one sweep settles. */
const BATCH = 100;

/** An intent below another storage root is dropped after this time, in milliseconds: that root will not return. */
const OTHER_ROOT_MS = 7 * 86_400_000;

/** Days after which a verdict is deleted. */
const KEEP_VERDICTS_DAYS = 1;

/**
 * Makes every audited change to the disk in three steps, without a database transaction open during disk calls:
 *
 * 1. Commit an intent. If the database cannot store it, nothing is changed.
 * 2. Change the disk.
 * 3. Commit the outcome: write the audit entry, run the follow-up, delete the intent.
 *
 * A process that ends in between leaves its intent. Once the lease has expired, {@link recover} in any process finds out
 * from the disk whether the change happened, and commits its outcome.
 */
@Injectable()
export class StorageIntents implements OnModuleDestroy {
  /** In milliseconds. Tests shorten it. */
  readonly timing = { leaseMs: 15_000 };

  /** Identifies this process. */
  private readonly owner = randomUUID();
  private readonly active = new Set<number>();
  private renewal: NodeJS.Timeout | undefined;
  private recovery: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outcome: ChangeOutcome,
    private readonly root: StorageRoot,
    private readonly log: Log,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.renewal);
  }

  /**
   * Makes one change and records it.
   * @returns the job that the change started; `null` when there is none
   * @throws ChangeNotRecorded when the change happened and its outcome could not be committed; a sweep does that later
   */
  async execute(actor: Actor, root: OpenRoot, change: PlannedChange): Promise<number | null> {
    const intent = await this.insert(actor, root, change);
    try {
      await this.apply(root, change, intent.id);
      return await this.dataSource
        .transaction(async (transaction) => {
          const [settled] = await transaction.query<[{ verdict: string | null }[]]>(DELETE_INTENT, [intent.id]);
          // Without a row, or with this verdict, the lease expired and a sweep has recorded the change.
          if (!settled[0] || settled[0].verdict === 'done') return null;
          const jobId = await this.outcome.record(transaction, intent);
          // The client gets the number of the job, which must not change.
          if (jobId !== null) await transaction.query('SET LOCAL synchronous_commit TO DEFAULT');
          return jobId;
        })
        .catch((cause: unknown) => {
          this.log.warn('Could not record a change to the storage; it will be recorded later', {
            intent: intent.id,
            reason: cause instanceof Error ? cause.message : String(cause),
          });
          throw new ChangeNotRecorded(change.path.text, { cause });
        });
    } finally {
      this.setActive(intent.id, false);
    }
  }

  /** Records a change that is on the disk already. */
  async record(actor: Actor, change: PlannedChange): Promise<void> {
    await this.dataSource.transaction((transaction) => this.outcome.record(transaction, doneChange(actor, change)));
  }

  /** The name that an unfinished attempt, in any process, has chosen for a part file. */
  async pendingTarget(part: RelativePath): Promise<string | undefined> {
    const [row] = await this.dataSource.query<{ target: string }[]>(
      `SELECT target FROM storage_intents WHERE effect = 'publish' AND source = $1 AND verdict IS NULL ORDER BY id LIMIT 1`,
      [part.text],
    );
    return row?.target;
  }

  /** Whether a directory above `path` is being moved. */
  async isMoving(path: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT 1 FROM storage_intents WHERE effect = 'move' AND verdict IS NULL AND starts_with($1, source || '/') LIMIT 1`,
      [path],
    );
    return rows.length > 0;
  }

  get isRecovering(): boolean {
    return this.recovery !== undefined;
  }

  /**
   * Settles the intents whose lease has expired. Concurrent calls share one sweep: on a disk that does not respond, a
   * second one would wait as well.
   */
  async recover(signal?: AbortSignal): Promise<void> {
    this.recovery ??= this.settleAbandoned(signal).finally(() => (this.recovery = undefined));
    await this.recovery;
  }

  private async insert(actor: Actor, root: OpenRoot, change: PlannedChange): Promise<DoneChange & { id: number }> {
    const effect = await describeEffect(root, change);
    const done = { ...doneChange(actor, change), ...effect };
    const [{ id }] = await this.dataSource.query<[{ id: number }]>(
      `${SUPERSEDE} INSERT INTO storage_intents (root, effect, source, source_identity, target, action, path, details, actor, growth, upload_id, owner, lease_until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now() + $13 * interval '1 millisecond') RETURNING id`,
      [
        await inodeOf(root),
        effect.effect,
        effect.source,
        effect.sourceIdentity,
        effect.target,
        done.action,
        done.path,
        done.details && JSON.stringify(done.details),
        JSON.stringify(actor),
        done.growth,
        done.uploadId,
        this.owner,
        this.timing.leaseMs,
      ],
    );
    this.setActive(id, true);
    return { ...done, id };
  }

  /** When the disk refuses, nothing has changed: deletes the intent. After any other failure a sweep recovers it. */
  private async apply(root: OpenRoot, change: PlannedChange, id: number): Promise<void> {
    try {
      await applyEffect(root, change);
    } catch (error) {
      if (isRefusal(error))
        await this.dataSource.query('DELETE FROM storage_intents WHERE id = $1', [id]).catch(() => undefined);
      throw error;
    }
  }

  private async settleAbandoned(signal?: AbortSignal): Promise<void> {
    const intents = await this.claimAbandoned();
    if (intents.length === 0) return;
    try {
      await this.root.use(async (root) => {
        const inode = await inodeOf(root);
        for (const intent of intents) {
          signal?.throwIfAborted();
          if (intent.root === inode) await this.settleByDisk(root, intent);
          else if (Date.now() - intent.createdAt.getTime() > OTHER_ROOT_MS) await this.settle(intent, 'not-done');
        }
      });
    } finally {
      for (const { id } of intents) this.setActive(id, false);
    }
  }

  /** An intent that cannot be settled is logged and tried again by a later sweep: the intents after it must not wait. */
  private async settleByDisk(root: OpenRoot, intent: StorageIntent): Promise<void> {
    try {
      await this.settle(intent, await findOutcome(root, intent));
    } catch (error) {
      if (asDatabaseError(error) || error instanceof DiskNotResponding) throw error; // the others would fail as well
      this.log.error('Could not settle a change to the storage that a process left unfinished', {
        action: intent.action,
        intent: intent.id,
        error,
      });
    }
  }

  private async claimAbandoned(): Promise<StorageIntent[]> {
    const ids = await this.dataSource.transaction(async (transaction) => {
      await transaction.query(
        'DELETE FROM storage_intents WHERE verdict IS NOT NULL AND lease_until < now() - make_interval(days => $1)',
        [KEEP_VERDICTS_DAYS],
      );
      const [rows] = await transaction.query<[{ id: number }[]]>(
        `UPDATE storage_intents SET owner = $1, lease_until = now() + $2 * interval '1 millisecond'
         WHERE id IN (SELECT id FROM storage_intents WHERE verdict IS NULL AND lease_until < now()
                      ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id`,
        [this.owner, this.timing.leaseMs, BATCH],
      );
      return rows.map(({ id }) => id);
    });
    for (const id of ids) this.setActive(id, true);
    return this.dataSource.manager.find(StorageIntent, { where: { id: In(ids) }, order: { id: 'ASC' } });
  }

  private async settle(intent: StorageIntent, verdict: 'done' | 'not-done'): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const [rows] = await transaction.query<[unknown[]]>(
        'UPDATE storage_intents SET verdict = $2 WHERE id = $1 AND verdict IS NULL RETURNING id',
        [intent.id, verdict],
      );
      if (rows.length > 0 && verdict === 'done') await this.outcome.record(transaction, intent);
    });
    this.log.info('Settled a change to the storage that a process left unfinished', {
      action: intent.action,
      verdict,
    });
  }

  /** Renews leases while any intent is active. */
  private setActive(id: number, isActive: boolean): void {
    if (isActive) this.active.add(id);
    else this.active.delete(id);
    if (this.active.size === 0) {
      clearInterval(this.renewal);
      this.renewal = undefined;
    } else this.renewal ??= setInterval(() => void this.renew(), this.timing.leaseMs / 3).unref();
  }

  private async renew(): Promise<void> {
    await this.dataSource
      .query(
        `UPDATE storage_intents SET lease_until = now() + $3 * interval '1 millisecond'
         WHERE owner = $1 AND id = ANY ($2) AND verdict IS NULL`,
        [this.owner, [...this.active], this.timing.leaseMs],
      )
      .catch(() => undefined); // the next renewal may succeed; else another process takes over
  }
}

const inodeOf = async (root: OpenRoot): Promise<string> => String((await root.stat(ROOT)).inode);

const doneChange = (actor: Actor, change: PlannedChange): DoneChange => ({
  action: change.action.key,
  path: change.path.text,
  details: change.details ?? null,
  actor,
  effect: change.effect,
  source: 'source' in change ? change.source.text : null,
  target: 'target' in change ? change.target.text : null,
  growth: change.growth ?? 0,
  uploadId: change.uploadId ?? null,
});
