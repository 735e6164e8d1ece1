/** Which members a listing shows: `limit` of them after the first `offset`, in sorted order. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/**
 * How far into a sorted directory a listing can reach (offset plus limit). Bounds memory (some 10 MB) and the time that
 * sorting blocks other requests (some 0.2 s); what lies beyond is counted, and reached by its path.
 */
export const LISTING_REACH = 100_000;

/** Names kept beyond the reach before the surplus is sorted out; makes sorting rare for small slices. */
const SLACK = 1_000;

/** What toLowerCase would change beyond the letters that count. */
const NOT_ASCII = /[^\0-\x7f]/;

/** Takes the names of a directory in any order and keeps no more than the slice needs, however many there are. */
export class NamePage {
  total = 0;
  private keys: string[] = [];
  private lastWithinReach: string | undefined;
  private readonly reach: number;

  constructor(private readonly slice: Slice) {
    this.reach = slice.offset + slice.limit;
    if (this.reach > LISTING_REACH) throw new RangeError(`a listing reaches no further than ${LISTING_REACH} members`);
  }

  add(name: Buffer, isDirectory: boolean): void {
    this.total += 1;
    const key = sortKey(name, isDirectory);
    if (this.lastWithinReach !== undefined && key > this.lastWithinReach) return;
    this.keys.push(key);
    if (this.keys.length >= 2 * this.reach + SLACK) this.trim();
  }

  /** The names of the slice: directories first, then by name without regard to ASCII case, then by bytes. */
  names(): Buffer[] {
    this.trim();
    return this.keys
      .slice(this.slice.offset, this.reach)
      .map((key) => Buffer.from(key.slice(key.indexOf('\0') + 1), 'latin1'));
  }

  private trim(): void {
    this.keys.sort();
    if (this.keys.length < this.reach) return;
    this.keys.length = this.reach;
    this.lastWithinReach = this.keys.at(-1);
  }
}

/**
 * One text that sorts like the listing and still holds the name: `0` for a directory or `1`, the folded name, NUL (which
 * no name has), the name. One character per byte, so that code-unit order is byte order.
 */
function sortKey(name: Buffer, isDirectory: boolean): string {
  const text = name.toString('latin1');
  const folded = NOT_ASCII.test(text)
    ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : text.toLowerCase();
  return `${isDirectory ? '0' : '1'}${folded}\0${text}`;
}
