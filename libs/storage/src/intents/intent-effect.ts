import {
  EntryNotFound,
  type FileEntry,
  IsSymbolicLink,
  NameTaken,
  NotADirectory,
  type OpenRoot,
  parseRelativePath,
  RelativePath,
} from '@kubarr/file-tree';
import { KubarrError } from '@kubarr/platform/errors';
import { hasIdentity, identityOf, type PlannedChange } from './planned-change.js';
import { type StorageIntent } from './storage-intent.entity.js';

/** The part of an intent that describes the change to the disk. */
export type IntentEffect = Pick<StorageIntent, 'effect' | 'source' | 'sourceIdentity' | 'target'>;

/**
 * Reads the state of the disk before the change, so that {@link findOutcome} can tell later whether the change happened.
 * @throws NameTaken when the target exists, EntryNotFound when the source does not
 */
export async function describeEffect(root: OpenRoot, change: PlannedChange): Promise<IntentEffect> {
  const { effect } = change;
  if (effect === 'create-directory') {
    const missing = await firstMissing(root, change.target);
    return { effect, source: missing.text, sourceIdentity: null, target: change.target.text };
  }
  const entry = await root.stat(change.source);
  const sourceIdentity = identityOf(entry);
  if (effect === 'remove') return { effect, source: change.source.text, sourceIdentity, target: null };
  const existing = await root.files.statIfExists(change.target);
  // On a case-insensitive file system the source itself is found under its new name.
  if (existing && !hasIdentity(existing, sourceIdentity)) throw new NameTaken(change.target.text);
  return { effect, source: change.source.text, sourceIdentity, target: change.target.text };
}

export async function applyEffect(root: OpenRoot, change: PlannedChange): Promise<void> {
  switch (change.effect) {
    case 'create-directory':
      await root.files.makeDirectory(change.target);
      return;
    case 'remove':
      await root.files.remove(change.source);
      return;
    case 'move':
      await root.files.move(change.source, change.target);
      return;
    case 'publish':
      await root.files.publish(change.source, change.target);
  }
}

/** Finds out from the disk whether an interrupted change happened. Completes a change that happened in part. */
export async function findOutcome(root: OpenRoot, intent: IntentEffect): Promise<'done' | 'not-done'> {
  const [source, target] = [parseRelativePath(intent.source ?? ''), parseRelativePath(intent.target ?? '')];
  switch (intent.effect) {
    case 'create-directory': {
      const existing = await entryAt(root, target);
      if (existing) return existing.kind === 'directory' ? 'done' : 'not-done';
      if (!(await entryAt(root, source))) return 'not-done';
      return completeDirectory(root, target);
    }
    case 'remove':
      return hasIdentity(await entryAt(root, source), intent.sourceIdentity) ? 'not-done' : 'done';
    case 'move':
    case 'publish': {
      const isAtTarget = hasIdentity(await entryAt(root, target), intent.sourceIdentity);
      // A part file is also removed when its upload is cancelled; other entries disappear only by this change.
      if (!hasIdentity(await entryAt(root, source), intent.sourceIdentity))
        return isAtTarget || intent.effect === 'move' ? 'done' : 'not-done';
      if (!isAtTarget) return 'not-done';
      await root.files.finishMove(source, target);
      return 'done';
    }
  }
}

/** Creates a directory of which some parents exist, unless the disk refuses: for example, a file took a parent's place. */
async function completeDirectory(root: OpenRoot, path: RelativePath): Promise<'done' | 'not-done'> {
  try {
    await root.files.makeDirectory(path);
    return 'done';
  } catch (error) {
    if (isRefusal(error)) return 'not-done';
    throw error;
  }
}

/** Whether the disk, or a rule for it, refused an operation: another attempt would end in the same way. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof KubarrError && error.kind !== 'unavailable' && error.kind !== 'internal';

/** The first directory on the way to `path` that does not exist. @throws NameTaken when all of them exist */
async function firstMissing(root: OpenRoot, path: RelativePath): Promise<RelativePath> {
  for (let depth = 1; depth <= path.names.length; depth++) {
    const above = new RelativePath(path.names.slice(0, depth));
    if (!(await root.files.statIfExists(above))) return above;
  }
  throw new NameTaken(path.text);
}

async function entryAt(root: OpenRoot, path: RelativePath): Promise<FileEntry | undefined> {
  try {
    return await root.files.statIfExists(path);
  } catch (error) {
    if (error instanceof EntryNotFound || error instanceof NotADirectory || error instanceof IsSymbolicLink)
      return undefined;
    throw error;
  }
}
