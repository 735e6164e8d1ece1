import { type FileEntry, nameText, type RelativePath } from '@kubarr/file-tree';
import { modifiedDate } from './modified-date.js';
import { type FileInfo } from './storage.dto.js';

/** How one member is answered. */
export function fileInfo({ kind, size, modifiedNs, mode }: FileEntry, path: RelativePath): FileInfo {
  return {
    name: nameText(path.name),
    path: path.text,
    type: kind === 'directory' ? 'directory' : 'file',
    kind,
    size,
    modified: modifiedDate(modifiedNs).toISOString().replace('.000Z', 'Z'),
    permissions: mode.toString(8).padStart(3, '0'),
  };
}
