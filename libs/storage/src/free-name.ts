import { LONGEST_NAME, type FileEntry, NameTaken, type OpenRoot, type RelativePath } from '@kubarr/file-tree';

/** Highest number that is tried. */
const MAX_TRIES = 1_000;

/** `path` when it is free, else the first free one of `name (2).txt`, `name (3).txt` … @throws NameTaken when none is */
export async function freeName(root: OpenRoot, path: RelativePath): Promise<RelativePath> {
  for (let number = 1; number <= MAX_TRIES; number++) {
    const candidate = numbered(path, number);
    if (!(await root.files.statIfExists(candidate))) return candidate;
  }
  throw new NameTaken(path.text);
}

/** The entries whose names `freeName` would skip. */
export async function* namesTaken(
  root: OpenRoot,
  path: RelativePath,
): AsyncGenerator<{ path: RelativePath; facts: FileEntry }> {
  for (let number = 1; number <= MAX_TRIES; number++) {
    const candidate = numbered(path, number);
    const facts = await root.files.statIfExists(candidate);
    if (!facts) return;
    yield { path: candidate, facts };
  }
}

/** Inserts the number, from 2 on, before the extension. A name that becomes too long is cut before the number. */
export function numbered(path: RelativePath, number: number): RelativePath {
  if (number === 1) return path;
  const name = path.name.toString('latin1'); // one character per byte
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  const suffix = ` (${number})${extension}`;
  const stem = name.slice(0, name.length - extension.length);
  const kept = wholeCharacters(Buffer.from(stem, 'latin1'), LONGEST_NAME - suffix.length);
  return path.parent ? path.parent.child(Buffer.concat([kept, Buffer.from(suffix, 'latin1')])) : path;
}

/** At most `most` bytes, cut between UTF-8 characters. */
function wholeCharacters(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > most - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
