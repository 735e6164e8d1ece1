import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { PasswordChecksBusy, PasswordNotUsable } from './secrets.errors.js';

/** Argon2id with 19 MiB, two passes, one lane. Source: OWASP Password Storage Cheat Sheet, its first recommendation. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

/** Two at a time: 38 MiB at most, and half of libuv's four threads stay free for files and name look-ups. */
const AT_ONCE = 2;
/** At about 30 ms each the last in the queue waits less than a second. */
const WAITING_AT_MOST = 50;

/** The native functions, replaceable in tests. */
export interface Argon2 {
  hash(password: string, options: typeof PARAMETERS): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

const native: Argon2 = {
  hash: (password, options) => hash(password, options), // the package's default variant is argon2id
  verify: (hashed, password) => verify(hashed, password),
};

/** Hashes and checks passwords off the event loop. A flood of them is refused instead of taking all memory. */
export class PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly nobodysHash = randomHash();

  constructor(private readonly argon2: Argon2 = native) {}

  /**
   * @throws PasswordNotUsable when it is empty, longer than 1 024 bytes in UTF-8 or holds a NUL character.
   * @throws PasswordChecksBusy when 50 others wait already.
   */
  async hash(password: string): Promise<string> {
    if (!isUsable(password)) throw new PasswordNotUsable();
    return this.inTurn(() => this.argon2.hash(password, PARAMETERS));
  }

  /**
   * False too for a text that cannot be a password. Any argon2 variant and parameters are understood.
   *
   * @throws PasswordChecksBusy when 50 others wait already.
   */
  async verify(hashed: string, password: string): Promise<boolean> {
    if (!isUsable(password)) return false;
    return this.inTurn(() => this.argon2.verify(hashed, password));
  }

  /** As much work as {@link verify}, always false: an unknown account must not answer sooner than a known one. */
  async verifyDummy(password: string): Promise<false> {
    await this.verify(this.nobodysHash, password);
    return false;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running < AT_ONCE) this.running++;
    else if (this.waiting.length >= WAITING_AT_MOST) throw new PasswordChecksBusy();
    else await new Promise<void>((resolve) => this.waiting.push(resolve)); // the place is handed over, not freed
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** The salt of a stored form that no password fits; no random one is ever all zeros. */
const NO_PASSWORD_SALT = Buffer.alloc(16).toString('base64').replaceAll('=', '');

/**
 * The stored form of an account without a password. Checking any password against it takes as long as against another,
 * and fails; setting a password replaces it.
 */
export const unusablePasswordHash = (): string => randomHash(NO_PASSWORD_SALT);

/** False for what {@link unusablePasswordHash} made. */
export const hasUsablePassword = (hashed: string): boolean => hashed.split('$')[4] !== NO_PASSWORD_SALT;

function isUsable(password: string): boolean {
  const length = Buffer.byteLength(password, 'utf8');
  return length >= 1 && length <= 1_024 && !password.includes('\0');
}

/** Looks like the hash of a password that nobody knows: checking against it costs the same, making it costs nothing. */
function randomHash(salt = randomPart(16)): string {
  const { memoryCost, timeCost, parallelism, outputLen } = PARAMETERS;
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${randomPart(outputLen)}`;
}

function randomPart(length: number): string {
  return randomBytes(length).toString('base64').replaceAll('=', '');
}
