import { encodeExtended } from 'content-disposition';

/** Everything but the characters that every browser reads literally in a quoted file name. */
const PLAIN = /[^\w !#$&'()+,.;=@^`{}~[\]-]/g;

/**
 * The Content-Disposition header that makes a browser save a response under `name` (bytes as on disk). `filename` is for
 * very old clients and has `_` for every doubtful character; `filename*` (RFC 8187) has the whole name, except bytes that
 * are not UTF-8. The contract has both for every name; the library's `create` leaves one out of simple names.
 */
export const attachment = (name: Buffer): string => disposition('attachment', name);

/** The Content-Disposition header for content that the browser shows; `name` is used when the user saves it. */
export const inline = (name: Buffer): string => disposition('inline', name);

function disposition(type: 'attachment' | 'inline', name: Buffer): string {
  const text = name.toString(); // never contains half a surrogate pair, which would not encode
  return `${type}; filename="${text.replace(PLAIN, '_')}"; filename*=${encodeExtended(text)}`;
}
