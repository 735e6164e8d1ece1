import { NameTaken, type OpenRoot, parseRelativePath, type RelativePath } from '@kubarr/file-tree';
import { randomBytes } from 'node:crypto';
import { TRASH } from './storage-path.js';

/** The two folders of the trash. Source: Desktop Trash Can Specification 1.0, freedesktop.org. */
export const TRASH_FILES = parseRelativePath(`${TRASH.text}/files`);
export const TRASH_INFO = parseRelativePath(`${TRASH.text}/info`);

/** Entries that a job is deleting; they cannot be restored. Not in the specification; the name of the folder is released. */
export const PENDING_DELETION = parseRelativePath(`${TRASH.text}/doomed`);

const INFO_SUFFIX = '.trashinfo';

/** `<milliseconds since 1970, in hexadecimal>-<random>`: sorts by age. */
export const newTrashId = (now = Date.now()): string =>
  `${now.toString(16).padStart(12, '0')}-${randomBytes(6).toString('hex')}`;

export const TRASH_ID = /^[0-9a-f]{12}-[0-9a-f]{12}$/;

export const deletedAt = (id: string): Date => new Date(parseInt(id.slice(0, 12), 16));

export const fileOf = (id: string): RelativePath => TRASH_FILES.child(Buffer.from(id));
export const infoOf = (id: string): RelativePath => TRASH_INFO.child(Buffer.from(id + INFO_SUFFIX));

/** The id that a name in `info` belongs to; `undefined` for anything else. */
export function idOfInfo(name: Buffer): string | undefined {
  const text = name.toString('latin1');
  const id = text.slice(0, -INFO_SUFFIX.length);
  return text.endsWith(INFO_SUFFIX) && TRASH_ID.test(id) ? id : undefined;
}

/** Only Kubarr reads the trash. */
const TRASH_MODE = 0o700;

export async function makeTrash(root: OpenRoot): Promise<void> {
  for (const folder of [TRASH_FILES, TRASH_INFO, PENDING_DELETION]) {
    await root.files.makeDirectory(folder, TRASH_MODE).catch((error: unknown) => {
      if (!(error instanceof NameTaken)) throw error;
    });
  }
}
