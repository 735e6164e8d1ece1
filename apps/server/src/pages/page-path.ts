import { isReservedPath } from './reserved-names.js';

/** Reserved names that contain routes, never pages. */
const ROOTS_OF_ROUTES = new Set(['api', 'auth', 'metrics', 'proxy']);

/** Folder of the web client whose files carry a hash of their contents in their name. */
const HASHED_FILES = 'assets';

export type PageTarget =
  | { readonly kind: 'page' }
  /** `name` is relative to the folder of the pages. `isHashed`: the content of this name never changes. */
  | { readonly kind: 'file'; readonly name: string; readonly isHashed: boolean }
  | { readonly kind: 'nothing' };

/**
 * What the path of a request names: a page, a file beside it, or neither (routes of the server, paths of apps, hidden
 * files, `..`).
 *
 * @param path Decoded, without the query: an encoded `/` separates names too, so that it hides nothing.
 */
export function pageTarget(path: string): PageTarget {
  const name = path.replace(/^\/+/, '');
  const segments = name.split('/');
  const first = (segments[0] ?? '').toLowerCase();
  if (!isReservedPath(name) || ROOTS_OF_ROUTES.has(first)) return { kind: 'nothing' };
  const isHashed = first === HASHED_FILES;
  if (!isHashed && !segments.at(-1)?.includes('.')) return { kind: 'page' };
  return segments.every(isPlain) ? { kind: 'file', name, isHashed } : { kind: 'nothing' };
}

const isPlain = (segment: string): boolean => segment !== '' && !segment.startsWith('.') && !/[\0\\]/.test(segment);
