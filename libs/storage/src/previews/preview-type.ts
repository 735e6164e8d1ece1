import { isUtf8 } from 'node:buffer';

/** Media types of previews. Derived from the content: an HTML page called holiday.png must not be shown as a page. */
export type PreviewType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'text/plain';

/** First bytes of the picture formats that all browsers show. Not SVG, which may contain scripts. */
const PICTURES: readonly (readonly [PreviewType, RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF.{4}WEBP/s],
  ['image/avif', /^.{4}ftypavi[fs]/s],
];

/** Most bytes of one UTF-8 character. */
const MAX_CHARACTER_BYTES = 4;

/** By the first bytes of a file; `undefined` when there is no preview. Text is UTF-8 without NUL. */
export function previewType(head: Buffer): PreviewType | undefined {
  const start = head.subarray(0, 16).toString('latin1');
  const [picture] = PICTURES.find(([, pattern]) => pattern.test(start)) ?? [];
  if (picture) return picture;
  return !head.includes(0) && isUtf8(dropIncompleteCharacter(head)) ? 'text/plain' : undefined;
}

/** Drops an incomplete UTF-8 character at the end. */
export function dropIncompleteCharacter(head: Buffer): Buffer {
  for (let cut = 1; cut < MAX_CHARACTER_BYTES && cut <= head.length; cut++) {
    const byte = head[head.length - cut] ?? 0;
    if ((byte & 0xc0) === 0x80) continue; // the middle or the end of a character
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > cut ? head.subarray(0, head.length - cut) : head;
  }
  return head;
}
