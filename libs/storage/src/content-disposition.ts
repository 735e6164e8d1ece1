/** What may stand in a quoted file name without meaning anything else to some browser. */
const PLAIN = /[^\w !#$&'()+,.;=@^`{}~[\]-]/g;

/** What encodeURIComponent leaves, but RFC 8187 does not allow. */
const NOT_ALLOWED = /['()*]/g;

/**
 * The header that makes a browser save an answer under `name` (bytes as on disk). The first form is for very old clients
 * and has `_` for whatever could be misread; the second, RFC 8187, has the whole name, apart from bytes that are no UTF-8.
 */
export const attachment = (name: Buffer): string => disposition('attachment', name);

/** The same for what is shown in the browser, and saved only if a person wants it. */
export const inline = (name: Buffer): string => disposition('inline', name);

function disposition(type: 'attachment' | 'inline', name: Buffer): string {
  const text = name.toString(); // never holds half a character pair, which would not encode
  const encoded = encodeURIComponent(text).replace(
    NOT_ALLOWED,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `${type}; filename="${text.replace(PLAIN, '_')}"; filename*=UTF-8''${encoded}`;
}
