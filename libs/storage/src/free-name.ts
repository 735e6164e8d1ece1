import { LONGEST_NAME, type FileEntry, NameTaken, type OpenRoot, type RelativePath } from '@kubarr/file-tree';

/** Numbers that are tried before it is given up. */
const MOST_TRIES = 1_000;

/** `path` when nothing is there, else the first of `name (2).txt`, `name (3).txt` … beside it. */
export async function freeName(root: OpenRoot, path: RelativePath): Promise<RelativePath> {
  for (let number = 1; number <= MOST_TRIES; number++) {
    const candidate = numbered(path, number);
    if (!(await root.files.statIfExists(candidate))) return candidate;
  }
  throw new NameTaken(path.text);
}

/** What has the names before the one that `freeName` would give. */
export async function* namesTaken(
  root: OpenRoot,
  path: RelativePath,
): AsyncGenerator<{ path: RelativePath; facts: FileEntry }> {
  for (let number = 1; number <= MOST_TRIES; number++) {
    const candidate = numbered(path, number);
    const facts = await root.files.statIfExists(candidate);
    if (!facts) return;
    yield { path: candidate, facts };
  }
}

/** The number, from 2 on, comes before the extension; a name that would become too long loses its end, but keeps the extension. */
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

/** The first bytes, without half a UTF-8 character at their end. */
function wholeCharacters(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > most - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
