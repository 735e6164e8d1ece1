import { isUtf8 } from 'node:buffer';

/** Media types of previews. Derived from the content: an HTML page called holiday.png must not be shown as a page. */
export type PreviewType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'text/plain';

/** The first bytes of the kinds of pictures that all browsers show and that hold no scripts. Not SVG. */
const PICTURES: readonly (readonly [PreviewType, RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF.{4}WEBP/s],
  ['image/avif', /^.{4}ftypavi[fs]/s],
];

/** The most bytes that one UTF-8 character has. */
const LONGEST_CHARACTER = 4;

/** By the first bytes of a file; `undefined` for what is not shown. Text is UTF-8 without NUL. */
export function previewType(head: Buffer): PreviewType | undefined {
  const start = head.subarray(0, 16).toString('latin1');
  const [picture] = PICTURES.find(([, pattern]) => pattern.test(start)) ?? [];
  if (picture) return picture;
  return !head.includes(0) && isUtf8(wholeText(head)) ? 'text/plain' : undefined;
}

/** Without the half character that a cut may leave at the end. */
export function wholeText(head: Buffer): Buffer {
  for (let cut = 1; cut < LONGEST_CHARACTER && cut <= head.length; cut++) {
    const byte = head[head.length - cut] ?? 0;
    if ((byte & 0xc0) === 0x80) continue; // the middle or the end of a character
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > cut ? head.subarray(0, head.length - cut) : head;
  }
  return head;
}
