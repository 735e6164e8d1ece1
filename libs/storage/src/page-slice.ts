import { MAX_LISTED_ENTRIES, type Slice } from '@kubarr/file-tree';
import { PageTooFar } from './storage.errors.js';

/** The entries of a page; the last page that can be listed may be shorter. @throws PageTooFar */
export function pageSlice(page: number, perPage: number): Slice {
  const offset = (page - 1) * perPage;
  if (offset >= MAX_LISTED_ENTRIES) throw new PageTooFar();
  return { offset, limit: Math.min(perPage, MAX_LISTED_ENTRIES - offset) };
}
