import { createHash, hkdfSync } from 'node:crypto';

/** Length of a secret key in bytes. */
const KEY_LENGTH = 32;

/** A key for sealing, derived from a secret key. */
export interface SealingKey {
  /** Identifies the key without revealing it: 8 hexadecimal digits. Part of every sealed text and of backups. */
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * The secret keys of an installation: the current one seals and opens, older ones only open. Each use has its own key,
 * derived by HKDF-SHA-256.
 */
export class KeyRing {
  readonly current: SealingKey;
  private readonly byId: ReadonlyMap<string, SealingKey>;

  /** @throws RangeError when a key is not 32 bytes long. */
  constructor(
    private readonly currentSecret: Buffer,
    olderSecrets: readonly Buffer[] = [],
  ) {
    this.current = sealingKey(currentSecret);
    this.byId = new Map([...olderSecrets.map(sealingKey), this.current].map((key) => [key.id, key]));
  }

  find(id: string): SealingKey | undefined {
    return this.byId.get(id);
  }

  /**
   * Derives a key for another use, such as signing, from the purpose and the current secret key. Changes when the secret
   * key is rotated.
   */
  deriveKey(purpose: string, length = KEY_LENGTH): Buffer {
    return derive(this.currentSecret, `purpose/${purpose}`, length);
  }
}

function sealingKey(secret: Buffer): SealingKey {
  if (secret.length !== KEY_LENGTH) throw new RangeError(`A secret key has ${KEY_LENGTH} bytes, not ${secret.length}`);
  const id = createHash('sha256')
    .update(derive(secret, 'key-id', KEY_LENGTH))
    .digest('hex')
    .slice(0, 8);
  return { id, bytes: derive(secret, 'seal/v1', KEY_LENGTH) };
}

function derive(secret: Buffer, use: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `kubarr/${use}`, length));
}
