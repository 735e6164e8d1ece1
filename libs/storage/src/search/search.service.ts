import { Injectable } from '@nestjs/common';
import { nameText, EntryNotFound } from '@kubarr/file-tree';
import { WalkLimiter } from '../walk-limiter.js';
import { fileInfo } from '../file-info.js';
import { isHidden, isShown, storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { type SearchQuery, type SearchResponse } from './search.dto.js';

/** Most names that one search compares, and its longest duration, in milliseconds. */
const MAX_NAMES = 1_000_000;
const TIME_LIMIT_MS = 10_000;

/** Searches by name without an index, which would be out of date whenever an app writes. */
@Injectable()
export class Search {
  constructor(
    private readonly root: StorageRoot,
    private readonly walks: WalkLimiter,
  ) {}

  /** Rejects with the reason of `signal` when it aborts. @throws TooManyWalks */
  async find({ q, path = '', hidden = false, limit = 200 }: SearchQuery, signal: AbortSignal): Promise<SearchResponse> {
    const folder = storagePath(path);
    const wanted = comparable(q);
    const end = this.walks.start();
    try {
      return await this.root.use(async (root) => {
        const result: SearchResponse = { items: [], visited: 0, stopped_by: null };
        const endsAt = performance.now() + TIME_LIMIT_MS;
        const filter = (name: Buffer): boolean => isShown(name) && (hidden || !isHidden(name));
        for await (const entry of root.trees.walk(folder, { signal, filter, skipsForbidden: true })) {
          result.visited += 1;
          if (comparable(nameText(entry.path.name)).includes(wanted)) {
            const member = await entry.stat().catch((error: unknown) => {
              if (error instanceof EntryNotFound) return undefined;
              throw error;
            });
            if (member) result.items.push(fileInfo(member, entry.path.parent?.text ?? ''));
          }
          if (result.items.length >= limit) return { ...result, stopped_by: 'results' };
          if (result.visited >= MAX_NAMES) return { ...result, stopped_by: 'names' };
          if (performance.now() > endsAt) return { ...result, stopped_by: 'time' };
        }
        return result;
      });
    } finally {
      end();
    }
  }
}

/** Unicode-normalised and in lower case. */
const comparable = (text: string): string => text.normalize('NFKC').toLowerCase();
