import { RelativePath } from '@kubarr/file-tree';

/** Origin of an entry in the trash. */
export interface TrashInfo {
  /** Original path. */
  readonly path: RelativePath;
  readonly deletedAt: Date;
  readonly deletedBy: string | null;
}

/** Longest info file that is read, in bytes: a path of 4 096 bytes as `%NN`, and the other lines. */
export const MAX_INFO_BYTES = 20_000;

/**
 * A `.trashinfo` file, which other file managers read too. Source: Desktop Trash Can Specification 1.0. The time is UTC;
 * the path is relative to the parent of the trash folder.
 */
export function writeTrashInfo({ path, deletedAt, deletedBy }: TrashInfo): string {
  const encodedPath = path.names.map(encodeBytes).join('/');
  const lines = ['[Trash Info]', `Path=${encodedPath}`, `DeletionDate=${deletedAt.toISOString().slice(0, 19)}`];
  if (deletedBy !== null) lines.push(`X-Kubarr-DeletedBy=${encodeBytes(Buffer.from(deletedBy))}`);
  return `${lines.join('\n')}\n`;
}

/** `undefined` when the text is incomplete or not an info file. */
export function readTrashInfo(text: string): TrashInfo | undefined {
  const [, encodedPath] = /^Path=(.+)$/m.exec(text) ?? [];
  const [, date] = /^DeletionDate=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)$/m.exec(text) ?? [];
  const [, by] = /^X-Kubarr-DeletedBy=(.+)$/m.exec(text) ?? [];
  if (!text.startsWith('[Trash Info]\n') || !encodedPath || !date || !text.endsWith('\n')) return undefined;
  const names = encodedPath.split('/').map(decodeBytes);
  if (names.some((name) => name.length === 0 || name.includes(0) || ['.', '..'].includes(name.toString('latin1'))))
    return undefined;
  return {
    path: new RelativePath(names),
    deletedAt: new Date(`${date}Z`),
    deletedBy: by === undefined ? null : decodeBytes(by).toString(),
  };
}

/** Every byte but letters, digits and `-_.~` as `%NN`. */
const encodeBytes = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[^\w.~-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

const decodeBytes = (text: string): Buffer =>
  Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16))),
    'latin1',
  );
