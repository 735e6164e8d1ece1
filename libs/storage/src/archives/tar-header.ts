/** Bytes of a block; an archive consists of whole blocks. */
export const TAR_BLOCK = 512;

/** The header fields of one entry. */
export interface TarMember {
  /** Path in the archive, bytes as on disk, slashes between names. */
  readonly path: Buffer;
  readonly isDirectory: boolean;
  /** Bytes that follow the header; 0 for a directory. */
  readonly size: number;
  readonly mode: number;
  /** Whole seconds since 1970. */
  readonly modified: number;
}

/** Longest path in a plain header, in bytes. */
const NAME_FIELD = 100;

/** Largest number with eleven octal digits: 8 GiB. */
const LARGEST_OCTAL = 8 ** 11 - 1;

/**
 * The header of an entry in GNU format, which allows names of any bytes and length, and sizes beyond 8 GiB. Libraries for
 * Node take names as text and would lose names that are not UTF-8. Source: GNU tar manual, "Basic Tar Format".
 */
export function tarHeader(member: TarMember): Buffer {
  const path = member.isDirectory ? Buffer.concat([member.path, Buffer.from('/')]) : member.path;
  const header = block({ ...member, path }, member.isDirectory ? '5' : '0');
  if (path.length <= NAME_FIELD) return header;
  const longName = Buffer.concat([path, Buffer.alloc(1)]);
  const longHeader = block(
    { path: Buffer.from('././@LongLink'), isDirectory: false, size: longName.length, mode: 0, modified: 0 },
    'L',
  );
  return Buffer.concat([longHeader, longName, tarPadding(longName.length), header]);
}

/** NUL bytes that complete the last block of `size` bytes. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);

/** The end of an archive. */
export const TAR_END = Buffer.alloc(2 * TAR_BLOCK);

function block({ path, size, mode, modified }: TarMember, type: string): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  path.copy(header, 0, 0, NAME_FIELD);
  numberField(mode, 8).copy(header, 100);
  numberField(0, 8).copy(header, 108); // owner and group 0: files belong to the user who unpacks
  numberField(0, 8).copy(header, 116);
  numberField(size, 12).copy(header, 124);
  numberField(Math.max(0, modified), 12).copy(header, 136);
  header.fill(' ', 148, 156);
  header.write(type, 156);
  header.write('ustar  \0', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A number as octal digits and NUL; a larger one in binary, with the first bit set. */
function numberField(value: number, width: 8 | 12): Buffer {
  const field = Buffer.alloc(width);
  if (value <= LARGEST_OCTAL)
    field.write(
      value
        .toString(8)
        .padStart(width - 1, '0')
        .slice(-(width - 1)),
    );
  else {
    field.writeBigUInt64BE(BigInt(value), width - 8);
    field[0] = 0x80;
  }
  return field;
}
