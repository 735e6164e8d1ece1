import { Injectable } from '@nestjs/common';
import { LISTING_REACH, type Member, nameText, parseRelativePath } from '@kubarr/platform/files';
import { modifiedDate } from './modified-date.js';
import { type BrowseQuery, type DirectoryListing, type FileInfo, PAGE_SIZE, type StorageStats } from './storage.dto.js';
import { PageTooFar } from './storage.errors.js';
import { StorageRoot } from './storage-root.js';

/** Looks into the storage. */
@Injectable()
export class StorageService {
  constructor(private readonly root: StorageRoot) {}

  async browse({ path = '', page = 1, per_page: perPage = PAGE_SIZE }: BrowseQuery): Promise<DirectoryListing> {
    if (page * perPage > LISTING_REACH) throw new PageTooFar();
    const folder = parseRelativePath(path);
    const slice = { offset: (page - 1) * perPage, limit: perPage };
    const { members, total } = await this.root.use((root) => root.list(folder, slice));
    const { text } = folder;
    return {
      path: text,
      parent: folder.parent?.text ?? null,
      items: members.map((member) => fileInfo(member, text === '' ? '' : `${text}/`)),
      total_items: total,
      page,
      per_page: perPage,
      truncated: page * perPage < total,
    };
  }

  async fileInfo(path: string): Promise<FileInfo> {
    const relativePath = parseRelativePath(path);
    const member = await this.root.use((root) => root.facts(relativePath));
    return { ...fileInfo(member, ''), path: relativePath.text };
  }

  async stats(): Promise<StorageStats> {
    const { total, used, free } = await this.root.use((root) => root.space());
    const percent = total === 0 ? 0 : Math.round((used / total) * 10_000) / 100;
    return { total_bytes: total, used_bytes: used, free_bytes: free, usage_percent: percent };
  }
}

/** `above` is the path of the folder it lies in, with a slash at the end; empty for the root. */
function fileInfo({ name, kind, size, modifiedNs, mode }: Member, above: string): FileInfo {
  const text = nameText(name);
  return {
    name: text,
    path: above + text,
    type: kind === 'directory' ? 'directory' : 'file',
    size,
    modified: modifiedDate(modifiedNs).toISOString().replace('.000Z', 'Z'),
    permissions: mode.toString(8).padStart(3, '0'),
  };
}
