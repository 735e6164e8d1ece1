import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import {
  NotADirectory,
  type OpenRoot,
  OtherDisk,
  parseRelativePath,
  type RelativePath,
  nameText,
} from '@kubarr/file-tree';
import { KeyRing } from '@kubarr/platform/secrets';
import { randomUUID } from 'node:crypto';
import { refuseProtected } from '../protected-folders.js';
import { ChangeOutcome } from '../intents/change-outcome.js';
import { StorageIntents } from '../intents/storage-intents.js';
import { partBeside, storagePath } from '../storage-path.js';
import { PENDING_DELETION, makeTrash, newTrashId } from '../trash-folders.js';
import { StorageRoot } from '../storage-root.js';
import { CONFIRMATION_MS, confirmationFor, isConfirmed } from './confirmation.js';
import { NotConfirmed } from './removal.errors.js';
import { type JobStartedResponse, type TreeContentResponse } from './removal.dto.js';
import { RemovalJob } from './removal.job.js';
import { StorageActions } from '../storage.actions.js';

/** Most entries that are counted before the confirmation, and the longest time for it, in milliseconds. */
const MAX_COUNTED = 100_000;
const COUNT_LIMIT_MS = 5_000;

/** Deletes a folder with its content permanently, once a user has typed its name. */
@Injectable()
export class TreeDeletion {
  private readonly key: Buffer;

  constructor(
    private readonly root: StorageRoot,
    private readonly intents: StorageIntents,
    outcome: ChangeOutcome,
    job: RemovalJob,
    keys: KeyRing,
  ) {
    outcome.register(StorageActions.deleted, async (transaction, { actor, effect, source, target }) => {
      if (effect !== 'move') return {};
      const title = `Delete “${nameText(parseRelativePath(source ?? '').name)}”`;
      return { jobId: await job.enqueue(transaction, actor, title, parseRelativePath(target ?? '')) };
    });
    this.key = keys.deriveKey('storage/delete-tree');
  }

  /** Counts what would be deleted and issues the token for {@link delete}. */
  prepare(user: SignedIn, text: string): Promise<TreeContentResponse> {
    const path = storagePath(text);
    return this.root.use(async (root) => {
      const folder = await this.requireDeletable(root, path);
      const endsAt = Date.now() + CONFIRMATION_MS;
      return {
        path: path.text,
        name: nameText(path.name),
        ...(await count(root, path)),
        token: confirmationFor(this.key, { path: path.text, folder, userId: user.userId }, endsAt),
        expires_at: new Date(endsAt).toISOString(),
      };
    });
  }

  /** Moves the folder out of the listings at once; a job deletes it. @throws NotConfirmed */
  delete(actor: Actor, text: string, name: string, token: string): Promise<JobStartedResponse> {
    const path = storagePath(text);
    return this.root.use(async (root) => {
      const folder = await this.requireDeletable(root, path);
      const what = { path: path.text, folder, userId: actor.userId ?? 0 };
      if (!isSameText(name, nameText(path.name)) || !isConfirmed(this.key, what, token, Date.now()))
        throw new NotConfirmed();
      await makeTrash(root);
      const inTrash = PENDING_DELETION.child(Buffer.from(newTrashId()));
      const moveTo = (target: RelativePath): Promise<number | null> =>
        this.intents.execute(actor, root, {
          action: StorageActions.deleted,
          path,
          details: { kind: 'directory' },
          effect: 'move',
          source: path,
          target,
        });
      const jobId = await moveTo(inTrash).catch((error: unknown) => {
        if (error instanceof OtherDisk) return moveTo(partBeside(path, randomUUID()));
        throw error;
      });
      return { job_id: jobId };
    });
  }

  private async requireDeletable(root: OpenRoot, path: RelativePath) {
    await refuseProtected(root, path);
    const folder = await root.stat(path);
    if (folder.kind !== 'directory') throw new NotADirectory(path.text);
    return folder;
  }
}

/** A keyboard and a disk may write one letter in two ways: `é`, and `e` with a combining accent. */
const isSameText = (one: string, other: string): boolean => one.normalize('NFC') === other.normalize('NFC');

async function count(root: OpenRoot, path: RelativePath) {
  const content = { files: 0, directories: 0, bytes: 0, is_complete: true };
  const endsAt = performance.now() + COUNT_LIMIT_MS;
  for await (const entry of root.trees.walk(path, { skipsForbidden: true })) {
    if (entry.isDirectory) content.directories += 1;
    else {
      content.files += 1;
      content.bytes += (await entry.stat().catch(() => undefined))?.size ?? 0; // removed during the walk
    }
    if (content.files + content.directories < MAX_COUNTED && performance.now() < endsAt) continue;
    return { ...content, is_complete: false };
  }
  return content;
}
