/** `limit` entries after the first `offset`, in sorted order. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** Sort order of a listing. Directories always come first; equal entries are sorted by name. */
export interface Order {
  readonly by: 'name' | 'size' | 'modified';
  readonly descending: boolean;
}

export const BY_NAME: Order = { by: 'name', descending: false };

/**
 * Most entries of a directory that can be listed (offset plus limit). Bounds memory (about 10 MB) and the time that
 * sorting blocks other requests (about 0.2 s). Entries beyond are counted, and can be opened by path.
 */
export const MAX_LISTED_ENTRIES = 100_000;

/** Names kept beyond `most` before the surplus is dropped. Makes sorting rare for small slices. */
const SLACK = 1_000;

/** The letters for which toLowerCase would change more than A to Z. */
const NOT_ASCII = /[^\0-\x7f]/;

/** Digits of the largest sort value, 64 bits. */
const DIGITS = 20;

/** Added to a time so that times before 1970 are not negative: 64 bits of nanoseconds either way. */
const EARLIEST = 2n ** 63n;

/**
 * The first `most` names of a directory in sorted order, added in any order. Memory grows with `most`, not with the
 * directory. Names are Latin-1 text, one character per byte, so that code-unit order is byte order.
 */
export class SortedNames {
  total = 0;
  private keys: string[] = [];
  private isSorted = true;
  private lastKept: string | undefined;

  constructor(
    private readonly most: number,
    private readonly order: Order = BY_NAME,
  ) {
    if (most > MAX_LISTED_ENTRIES) throw new RangeError(`a listing has at most ${MAX_LISTED_ENTRIES} entries`);
  }

  /** @param sortValue Bytes or nanoseconds since 1970, unless the order is by name. */
  add(name: string, isDirectory: boolean, sortValue?: bigint): void {
    this.total += 1;
    const key = sortKey(name, isDirectory !== this.order.descending, sortValue);
    if (this.lastKept !== undefined && this.isAfter(key, this.lastKept)) return;
    this.keys.push(key);
    this.isSorted = false;
    if (this.keys.length >= 2 * this.most + SLACK) this.sort();
  }

  /** Directories first, then in order; by name means without regard to ASCII case, then by bytes. */
  slice({ offset, limit }: Slice): string[] {
    this.sort();
    return this.keys.slice(offset, Math.min(offset + limit, this.most)).map((key) => key.slice(key.indexOf('\0') + 1));
  }

  private isAfter(key: string, other: string): boolean {
    return this.order.descending ? key < other : key > other;
  }

  private sort(): void {
    if (this.isSorted) return;
    this.isSorted = true;
    this.keys.sort();
    if (this.order.descending) this.keys.reverse();
    if (this.keys.length < this.most) return;
    this.keys.length = this.most;
    this.lastKept = this.keys.at(-1);
  }
}

/**
 * One text that sorts like the listing and contains the name: `0` or `1`, the sort value, the name in lower case, NUL
 * (which no name has), the name.
 */
function sortKey(name: string, isFirst: boolean, sortValue?: bigint): string {
  const folded = NOT_ASCII.test(name)
    ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : name.toLowerCase();
  const value = sortValue === undefined ? '' : String(sortValue + EARLIEST).padStart(DIGITS, '0');
  return `${isFirst ? '0' : '1'}${value}${folded}\0${name}`;
}
