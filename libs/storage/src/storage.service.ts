import { Injectable } from '@nestjs/common';
import { fileInfo } from './file-info.js';
import { pageSlice } from './page-slice.js';
import {
  type BrowseQuery,
  type DirectoryListingResponse,
  type FileInfoResponse,
  PAGE_SIZE,
  type StorageStatsResponse,
} from './storage.dto.js';
import { isListed, isShown, storagePath } from './storage-path.js';
import { StorageRoot } from './storage-root.js';

/** Lists folders, describes entries, reports disk usage. */
@Injectable()
export class StorageService {
  constructor(private readonly root: StorageRoot) {}

  async browse(query: BrowseQuery): Promise<DirectoryListingResponse> {
    const { path = '', page = 1, per_page: perPage = PAGE_SIZE, hidden = false, sort = 'name', order = 'asc' } = query;
    const slice = pageSlice(page, perPage);
    const folder = storagePath(path);
    const { text } = folder;
    const { entries, total } = await this.root.use((root) =>
      root.list(folder, {
        ...slice,
        order: { by: sort, descending: order === 'desc' },
        filter: hidden ? isShown : isListed,
      }),
    );
    return {
      path: text,
      parent: folder.parent?.text ?? null,
      items: entries.map((entry) => fileInfo(entry, text)),
      total_items: total,
      page,
      per_page: perPage,
      truncated: page * perPage < total,
    };
  }

  async fileInfo(path: string): Promise<FileInfoResponse> {
    const relativePath = storagePath(path);
    return fileInfo(await this.root.use((root) => root.stat(relativePath)), relativePath.parent?.text ?? '');
  }

  async stats(): Promise<StorageStatsResponse> {
    const { total, used, free } = await this.root.useBriefly((root) => root.diskSpace());
    const percent = total === 0 ? 0 : Math.round((used / total) * 10_000) / 100;
    return { total_bytes: total, used_bytes: used, free_bytes: free, usage_percent: percent };
  }
}
