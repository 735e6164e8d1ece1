import { type FileEntry, nameText } from '@kubarr/file-tree';
import { modifiedDate } from './modified-date.js';
import { type FileInfoResponse } from './storage.dto.js';

/** Length of `2026-02-21T07:30:00`. */
const SECONDS_LENGTH = 19;

/** One entry as the API returns it. `folder` is the path of its parent folder; empty for the root and its entries. */
export function fileInfo({ name, kind, size, modifiedNs, mode }: FileEntry, folder: string): FileInfoResponse {
  const text = nameText(name);
  return {
    name: text,
    path: folder === '' ? text : `${folder}/${text}`,
    type: kind === 'directory' ? 'directory' : 'file',
    kind,
    size,
    modified: `${modifiedDate(modifiedNs).toISOString().slice(0, SECONDS_LENGTH)}Z`,
    permissions: mode.toString(8).padStart(3, '0'),
  };
}
