import { type FileEntry } from '@kubarr/file-tree';
import { type IncomingHttpHeaders } from 'node:http';
import { attachment } from './content-disposition.js';
import { modifiedDate } from './modified-date.js';

type Headers = Readonly<Record<string, string>>;

/** How to answer a request for a file. */
export type DownloadPlan =
  | { readonly status: 200 | 206; readonly headers: Headers; readonly start: number; readonly length: number }
  | { readonly status: 304 | 412 | 416; readonly headers: Headers };

type FileFacts = Pick<FileEntry, 'name' | 'size' | 'modifiedNs' | 'inode'>;

/**
 * Conditional and range requests according to RFC 9110, sections 13 and 14. A malformed range, a unit other than bytes
 * and a list of ranges are ignored. A date in `If-Range` never matches: within a second a file can change twice, and every answer
 * carries a tag.
 */
export function planDownload(file: FileFacts, method: string, requestHeaders: IncomingHttpHeaders): DownloadPlan {
  const { size } = file;
  const tag = tagOf(file);
  const validators = {
    etag: tag,
    'last-modified': modifiedDate(file.modifiedNs).toUTCString(),
    'cache-control': 'private, no-cache', // cached, revalidated each time
  };
  if (isPreconditionFailed(file, tag, requestHeaders)) return { status: 412, headers: {} };
  if (isUnchanged(file, tag, requestHeaders)) return { status: 304, headers: validators };

  const range =
    method === 'GET' && (requestHeaders['if-range'] ?? tag) === tag ? rangeOf(requestHeaders.range, size) : 'whole';
  if (range === 'beyond') return { status: 416, headers: { 'content-range': `bytes */${size}` } };
  const headers = {
    ...validators,
    'accept-ranges': 'bytes',
    'content-disposition': attachment(file.name),
    'x-content-type-options': 'nosniff',
  };
  if (range === 'whole') return { status: 200, headers, start: 0, length: size };
  const { first, last } = range;
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${first}-${last}/${size}` },
    start: first,
    length: last - first + 1,
  };
}

/** ETag: changes with the inode, the size and the modification time. */
const tagOf = ({ inode, size, modifiedNs }: FileFacts): string =>
  `"${[inode, size, modifiedNs].map((figure) => figure.toString(36)).join('-')}"`;

/** Whether a precondition of the client fails. */
function isPreconditionFailed({ modifiedNs }: FileFacts, tag: string, requestHeaders: IncomingHttpHeaders): boolean {
  const wanted = requestHeaders['if-match'];
  if (wanted !== undefined) return wanted.trim() !== '*' && !strongTags(wanted).includes(tag);
  const since = Date.parse(requestHeaders['if-unmodified-since'] ?? '');
  return modifiedDate(modifiedNs).getTime() > since; // false for a date that cannot be read
}

/** The strong tags of a list. */
const strongTags = (list: string): readonly string[] =>
  list.match(/(?:W\/)?"[^"]*"/g)?.filter((tag) => !tag.startsWith('W/')) ?? [];

function isUnchanged({ modifiedNs }: FileFacts, tag: string, requestHeaders: IncomingHttpHeaders): boolean {
  const known = requestHeaders['if-none-match'];
  if (known !== undefined) return known.trim() === '*' || known.match(/"[^"]*"/g)?.includes(tag) === true;
  const since = Date.parse(requestHeaders['if-modified-since'] ?? '');
  return modifiedDate(modifiedNs).getTime() <= since; // false for a date that cannot be read
}

function rangeOf(header: string | undefined, size: number): 'whole' | 'beyond' | { first: number; last: number } {
  const [, from = '', to = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? [];
  if (from === '' && to === '') return 'whole';
  if (from === '') {
    if (Number(to) === 0) return 'beyond';
    return size === 0 ? 'whole' : { first: Math.max(0, size - Number(to)), last: size - 1 };
  }
  const [first, last] = [Number(from), to === '' ? Infinity : Number(to)];
  if (last < first) return 'whole';
  return first < size ? { first, last: Math.min(last, size - 1) } : 'beyond';
}
