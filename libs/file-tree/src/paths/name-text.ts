import { isUtf8 } from 'node:buffer';

/** What an escape looks like: a byte that can be part of invalid UTF-8 (80 to ff), or the backslash itself (5c). */
const ESCAPE = /\\x(5c|[89a-f][0-9a-f])/g;

/** The most bytes that one UTF-8 character has. */
const LONGEST_CHARACTER = 4;

/**
 * A file name as text for people and JSON, reversible by {@link nameBytes} for every sequence of bytes.
 *
 * Linux names are bytes. A name that is valid UTF-8 is shown as it is. Each byte that belongs to no valid character
 * becomes `\xNN`, two lower-case hex digits: the bytes `66 ff` → `f\xff`. A name that itself contains such a text has its
 * backslash written as `\x5c`, so that no two names look the same: `f\xff` typed by a person → `f\x5cxff`.
 */
export function nameText(name: Buffer): string {
  if (isUtf8(name)) return escapeLookalikes(name.toString());
  let text = '';
  let valid = 0; // start of the valid bytes that are not yet part of `text`
  for (let at = 0; at < name.length;) {
    const length = characterLength(name, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += `${escapeLookalikes(name.toString('utf8', valid, at))}\\x${name.toString('hex', at, at + 1)}`;
    valid = at += 1;
  }
  return text + escapeLookalikes(name.toString('utf8', valid));
}

/** The bytes of a name or path written by {@link nameText}. Text without escapes is UTF-8. */
export function nameBytes(text: string): Buffer {
  const parts: Buffer[] = [];
  let plain = 0;
  for (const match of text.matchAll(ESCAPE)) {
    parts.push(Buffer.from(text.slice(plain, match.index)), Buffer.from(match[1] ?? '', 'hex'));
    plain = match.index + match[0].length;
  }
  parts.push(Buffer.from(text.slice(plain)));
  return Buffer.concat(parts);
}

const escapeLookalikes = (text: string): string => (text.includes('\\') ? text.replace(ESCAPE, '\\x5cx$1') : text);

/** Bytes of the valid character that starts at `at`; 0 when there is none. */
function characterLength(name: Buffer, at: number): number {
  for (let length = 1; length <= LONGEST_CHARACTER && at + length <= name.length; length += 1) {
    if (isUtf8(name.subarray(at, at + length))) return length;
  }
  return 0;
}
