import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { PasswordChecksBusy, PasswordNotUsable } from './secrets.errors.js';

/** Argon2id with 19 MiB, two passes, one lane. Source: OWASP Password Storage Cheat Sheet, its first recommendation. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

/** 38 MiB at most, and half of libuv's four threads stay free for files and DNS. */
const CONCURRENCY = 2;
/** At about 30 ms each, the last one waits less than a second. */
const MAX_QUEUED = 50;

/** The native functions, replaceable in tests. */
export interface Argon2 {
  hash(password: string, options: typeof PARAMETERS): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

const native: Argon2 = {
  hash: (password, options) => hash(password, options), // the package's default variant is argon2id
  verify: (hashed, password) => verify(hashed, password),
};

/** Hashes and verifies passwords off the event loop, with bounded concurrency and queue. */
export class PasswordHasher {
  private running = 0;
  private readonly queue: (() => void)[] = [];
  private readonly dummyHash = randomHash();

  constructor(private readonly argon2: Argon2 = native) {}

  /**
   * @throws PasswordNotUsable when it is empty, longer than 1 024 bytes in UTF-8 or contains NUL.
   * @throws PasswordChecksBusy when 50 others are queued.
   */
  async hash(password: string): Promise<string> {
    if (!isUsable(password)) throw new PasswordNotUsable();
    return this.withSlot(() => this.argon2.hash(password, PARAMETERS));
  }

  /**
   * Also false for a text that cannot be a password. Supports every argon2 variant and parameter.
   *
   * @throws PasswordChecksBusy when 50 others are queued.
   */
  async verify(hashed: string, password: string): Promise<boolean> {
    if (!isUsable(password)) return false;
    return this.withSlot(() => this.argon2.verify(hashed, password));
  }

  /** Takes as long as {@link verify} and returns false, so that timing does not reveal whether an account exists. */
  async verifyDummy(password: string): Promise<false> {
    await this.verify(this.dummyHash, password);
    return false;
  }

  private async withSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running < CONCURRENCY) this.running++;
    else if (this.queue.length >= MAX_QUEUED) throw new PasswordChecksBusy();
    else await new Promise<void>((resolve) => this.queue.push(resolve)); // the slot is passed on, not freed
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** Salt that marks an unusable password; a random salt is never all zeros. */
const UNUSABLE_SALT = Buffer.alloc(16).toString('base64').replaceAll('=', '');

/** The hash of an account without a password: verifying takes as long as for any other hash and always fails. */
export const unusablePasswordHash = (): string => randomHash(UNUSABLE_SALT);

/** False for the result of {@link unusablePasswordHash}. */
export const hasUsablePassword = (hashed: string): boolean => hashed.split('$')[4] !== UNUSABLE_SALT;

function isUsable(password: string): boolean {
  const length = Buffer.byteLength(password, 'utf8');
  return length >= 1 && length <= 1_024 && !password.includes('\0');
}

/** A well-formed hash that no password matches; costs nothing to create. */
function randomHash(salt = randomPart(16)): string {
  const { memoryCost, timeCost, parallelism, outputLen } = PARAMETERS;
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${randomPart(outputLen)}`;
}

function randomPart(length: number): string {
  return randomBytes(length).toString('base64').replaceAll('=', '');
}
