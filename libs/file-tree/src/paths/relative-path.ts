import { PathMalformed, PathOutside } from '../files.errors.js';
import { nameBytes, nameText } from './name-text.js';

/** Longest path, in bytes. Source: PATH_MAX of Linux. */
const LONGEST_PATH = 4_096;

/** Longest single name, in bytes. Source: NAME_MAX of Linux file systems. */
export const LONGEST_NAME = 255;

/** A place below a root: names from the top down, none of them `.`, `..` or empty. Made by {@link parseRelativePath}. */
export class RelativePath {
  constructor(readonly names: readonly Buffer[]) {}

  /** The one way to write this path: no leading, doubled or trailing slash; `''` is the root. */
  get text(): string {
    return this.names.map(nameText).join('/');
  }

  /** The last name; empty for the root. */
  get name(): Buffer {
    return this.names.at(-1) ?? Buffer.alloc(0);
  }

  /** The entry `name` of this directory. */
  child(name: Buffer): RelativePath {
    return new RelativePath([...this.names, name]);
  }

  /** Is this `other`, or below it? */
  isWithin(other: RelativePath): boolean {
    return other.names.every((name, depth) => this.names[depth]?.equals(name) === true);
  }

  /** `undefined` for the root. */
  get parent(): RelativePath | undefined {
    return this.names.length === 0 ? undefined : new RelativePath(this.names.slice(0, -1));
  }
}

/**
 * Parses a path from a person or a client, relative to any root. Pure: touches no disk.
 *
 * Leading, trailing and doubled slashes do not count; `''` and `/` are the root. The rest is literal: `%2e%2e` and
 * backslashes are ordinary characters of a name, apart from the `\xNN` escapes of {@link nameText}.
 * @throws PathOutside for a `..` segment, wherever it would lead.
 * @throws PathMalformed for a `.` segment, a NUL character, a lone surrogate, more than 4 096 bytes in all or more than
 * 255 in one name.
 */
export function parseRelativePath(text: string): RelativePath {
  if (text.includes('\0')) throw new PathMalformed('it contains a NUL character');
  if (/\p{Surrogate}/u.test(text)) throw new PathMalformed('it is not valid Unicode');
  const bytes = nameBytes(text);
  if (bytes.length > LONGEST_PATH) throw new PathMalformed(`it is longer than ${LONGEST_PATH} bytes`);
  const segments = bytes.toString('latin1').split('/'); // one character per byte
  const names = segments.filter((segment) => segment !== '');
  for (const name of names) {
    if (name === '..') throw new PathOutside();
    if (name === '.') throw new PathMalformed('it contains a "." segment');
    if (name.length > LONGEST_NAME) throw new PathMalformed(`a name is longer than ${LONGEST_NAME} bytes`);
  }
  return new RelativePath(names.map((name) => Buffer.from(name, 'latin1')));
}
