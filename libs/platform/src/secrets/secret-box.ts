import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type KeyRing } from './key-ring.js';
import { SecretCannotBeOpened } from './secrets.errors.js';

/** Where a sealed text is stored. A copy in another row or column does not open. */
export interface SealContext {
  readonly table: string;
  readonly column: string;
  /** The primary key, or another immutable value that is known before the row is written. */
  readonly row: string | number;
}

const CIPHER = 'aes-256-gcm';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const SEALED = /^v1\.([0-9a-f]{8})\.([\w-]{16})\.([\w-]{22,})$/;

/**
 * Seals credentials with AES-256-GCM. A sealed text is `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in
 * base64url. Table, column and row are its associated data. Nonces are random, which is safe for 2^32 texts per key.
 */
export class SecretBox {
  constructor(
    private readonly keys: KeyRing,
    private readonly random: (length: number) => Buffer = randomBytes,
  ) {}

  /** Not deterministic: the nonce is random. */
  seal(plain: string | Buffer, context: SealContext): string {
    const { id, bytes } = this.keys.current;
    const nonce = this.random(NONCE_LENGTH);
    const cipher = createCipheriv(CIPHER, bytes, nonce, { authTagLength: TAG_LENGTH });
    cipher.setAAD(associatedData(id, context));
    const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return `v1.${id}.${nonce.toString('base64url')}.${body.toString('base64url')}`;
  }

  /**
   * The plain text, read as UTF-8.
   *
   * @throws SecretCannotBeOpened naming the key it was sealed with.
   */
  open(sealed: string, context: SealContext): string {
    return this.openBytes(sealed, context).toString('utf8');
  }

  /** @throws SecretCannotBeOpened naming the key it was sealed with. */
  openBytes(sealed: string, context: SealContext): Buffer {
    const place = `${context.table}.${context.column}, row ${context.row}`;
    const [, keyId = 'unknown', nonce = '', body = ''] = SEALED.exec(sealed) ?? [];
    if (!nonce) throw SecretCannotBeOpened.altered(keyId, { cause: new Error(`${place}: not a sealed text`) });
    const key = this.keys.find(keyId);
    if (!key) throw SecretCannotBeOpened.missingKey(keyId, { cause: new Error(`${place}: key not in the ring`) });
    try {
      const bytes = canonicalBytes(body);
      const decipher = createDecipheriv(CIPHER, key.bytes, canonicalBytes(nonce), { authTagLength: TAG_LENGTH });
      decipher.setAAD(associatedData(keyId, context));
      decipher.setAuthTag(bytes.subarray(-TAG_LENGTH));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_LENGTH)), decipher.final()]);
    } catch (cause) {
      throw SecretCannotBeOpened.altered(keyId, { cause: new Error(`${place}: does not authenticate`, { cause }) });
    }
  }

  /** Whether the text was sealed with a key other than the current one. */
  needsResealing(sealed: string): boolean {
    return SEALED.exec(sealed)?.[1] !== this.keys.current.id;
  }
}

/** JSON keeps the parts apart: `a.b` + `c` must not equal `a` + `b.c`. */
function associatedData(keyId: string, { table, column, row }: SealContext): Buffer {
  return Buffer.from(JSON.stringify(['v1', keyId, table, column, String(row)]));
}

/** Base64url has several encodings of the same bytes; only the canonical one is accepted. */
function canonicalBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new Error('not canonical base64url');
  return bytes;
}
