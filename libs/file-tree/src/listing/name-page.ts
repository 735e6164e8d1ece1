/** Which members a listing shows: `limit` of them after the first `offset`, in sorted order. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** By what a listing is sorted. Directories come first, whatever the order; equal ones are sorted by name. */
export interface Order {
  readonly by: 'name' | 'size' | 'modified';
  readonly descending: boolean;
}

export const BY_NAME: Order = { by: 'name', descending: false };

/**
 * How far into a sorted directory a listing can reach (offset plus limit). Bounds memory (some 10 MB) and the time that
 * sorting blocks other requests (some 0.2 s); what lies beyond is counted, and reached by its path.
 */
export const MAX_LISTED_ENTRIES = 100_000;

/** Names kept beyond the reach before the surplus is sorted out; makes sorting rare for small slices. */
const SLACK = 1_000;

/** What toLowerCase would change beyond the letters that count. */
const NOT_ASCII = /[^\0-\x7f]/;

/** Digits of the largest figure that is sorted by, 64 bits. */
const DIGITS = 20;

/** Added to a time, so that none before 1970 is negative: 64 bits of nanoseconds either way. */
const EARLIEST = 2n ** 63n;

/** Takes the names of a directory in any order and keeps no more than the slice needs, however many there are. */
export class NamePage {
  total = 0;
  private keys: string[] = [];
  private lastWithinReach: string | undefined;
  private readonly reach: number;

  constructor(
    private readonly slice: Slice,
    private readonly order: Order = BY_NAME,
  ) {
    this.reach = slice.offset + slice.limit;
    if (this.reach > MAX_LISTED_ENTRIES)
      throw new RangeError(`a listing reaches no further than ${MAX_LISTED_ENTRIES} members`);
  }

  /** @param figure What is sorted by, when that is not the name: bytes, or nanoseconds since 1970. */
  add(name: Buffer, isDirectory: boolean, figure?: bigint): void {
    this.total += 1;
    const key = sortKey(name, isDirectory !== this.order.descending, figure);
    if (this.lastWithinReach !== undefined && this.isBehind(key, this.lastWithinReach)) return;
    this.keys.push(key);
    if (this.keys.length >= 2 * this.reach + SLACK) this.trim();
  }

  /** The names of the slice: directories first, then in order, by name without regard to ASCII case, then by bytes. */
  names(): Buffer[] {
    this.trim();
    return this.keys
      .slice(this.slice.offset, this.reach)
      .map((key) => Buffer.from(key.slice(key.indexOf('\0') + 1), 'latin1'));
  }

  private isBehind(key: string, other: string): boolean {
    return this.order.descending ? key < other : key > other;
  }

  private trim(): void {
    this.keys.sort();
    if (this.order.descending) this.keys.reverse();
    if (this.keys.length < this.reach) return;
    this.keys.length = this.reach;
    this.lastWithinReach = this.keys.at(-1);
  }
}

/**
 * One text that sorts like the listing and still holds the name: `0` or `1`, the figure, the folded name, NUL (which no
 * name has), the name. One character per byte, so that code-unit order is byte order.
 */
function sortKey(name: Buffer, isEarly: boolean, figure?: bigint): string {
  const text = name.toString('latin1');
  const folded = NOT_ASCII.test(text)
    ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : text.toLowerCase();
  const figures = figure === undefined ? '' : String(figure + EARLIEST).padStart(DIGITS, '0');
  return `${isEarly ? '0' : '1'}${figures}${folded}\0${text}`;
}
