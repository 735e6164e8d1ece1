import { Injectable } from '@nestjs/common';
import { nameText, EntryNotFound } from '@kubarr/file-tree';
import { DiskWalks } from '../disk-walks.js';
import { fileInfo } from '../file-info.js';
import { isHidden, isShown, storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { type SearchQuery, type SearchResult } from './search.dto.js';

/** Names that one search looks at, and the longest time it takes, in milliseconds. */
const NAMES_AT_MOST = 1_000_000;
const TIME_AT_MOST_MS = 10_000;

/** Searches by name, one name after another: an index would be out of date whenever an app writes. */
@Injectable()
export class Search {
  constructor(
    private readonly root: StorageRoot,
    private readonly walks: DiskWalks,
  ) {}

  /** Stops when `signal` says so, rejecting with its reason. @throws TooManyWalks */
  async find({ q, path = '', hidden = false, limit = 200 }: SearchQuery, signal: AbortSignal): Promise<SearchResult> {
    const folder = storagePath(path);
    const wanted = comparable(q);
    const end = this.walks.begin();
    try {
      return await this.root.use(async (root) => {
        const result: SearchResult = { items: [], visited: 0, stopped_by: null };
        const endsAt = performance.now() + TIME_AT_MOST_MS;
        const filter = (name: Buffer): boolean => isShown(name) && (hidden || !isHidden(name));
        for await (const met of root.trees.walk(folder, { signal, filter, skipsForbidden: true })) {
          result.visited += 1;
          if (comparable(nameText(met.path.name)).includes(wanted)) {
            const member = await met.stat().catch((error: unknown) => {
              if (error instanceof EntryNotFound) return undefined;
              throw error;
            });
            if (member) result.items.push(fileInfo(member, met.path.parent?.text ?? ''));
          }
          if (result.items.length >= limit) return { ...result, stopped_by: 'results' };
          if (result.visited >= NAMES_AT_MOST) return { ...result, stopped_by: 'names' };
          if (performance.now() > endsAt) return { ...result, stopped_by: 'time' };
        }
        return result;
      });
    } finally {
      end();
    }
  }
}

/** One form for all ways to write the same letters. */
const comparable = (text: string): string => text.normalize('NFKC').toLowerCase();
