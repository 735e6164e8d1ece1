import { describe, expect, it } from '@jest/globals';
import { constantTimeEquals } from './constant-time-equals.js';
import { type Argon2, PasswordHasher } from './password-hasher.js';
import { PasswordChecksBusy, PasswordNotUsable } from './secrets.errors.js';

/** Records its calls; the test finishes each of them. */
class HeldArgon2 implements Argon2 {
  started: string[] = [];
  private readonly held: (() => void)[] = [];

  hash(password: string): Promise<string> {
    return this.pending(`hash ${password}`, 'hashed');
  }

  verify(hashed: string, password: string): Promise<boolean> {
    return this.pending(`verify ${hashed} ${password}`, true);
  }

  async finishOne(): Promise<void> {
    this.held.shift()?.();
    await new Promise(setImmediate);
  }

  private pending<Result>(what: string, result: Result): Promise<Result> {
    this.started.push(what);
    return new Promise((resolve) => this.held.push(() => resolve(result)));
  }
}

describe('PasswordHasher', () => {
  it('makes argon2id hashes of the recommended cost that it accepts again', async () => {
    const hasher = new PasswordHasher();
    const hashed = await hasher.hash('correct horse');
    expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hashed, 'correct horse')).toBe(true);
    expect(await hasher.verify(hashed, 'wrong horse')).toBe(false);
  });

  it.each([
    ['empty', ''],
    ['longer than 1 024 bytes', 'ä'.repeat(513)],
    ['split by a NUL', 'pass\0word'],
  ])('refuses a password that is %s', async (_, password) => {
    const argon2 = new HeldArgon2();
    const hasher = new PasswordHasher(argon2);
    await expect(hasher.hash(password)).rejects.toThrow(PasswordNotUsable);
    expect(await hasher.verify('any', password)).toBe(false);
    expect(argon2.started).toEqual([]);
  });

  it('takes a password of 1 024 bytes', async () => {
    const hasher = new PasswordHasher();
    expect(await hasher.verify(await hasher.hash('ä'.repeat(512)), 'ä'.repeat(512))).toBe(true);
  });

  it('does the same work for an account that does not exist, and never lets it in', async () => {
    expect(await new PasswordHasher().verifyDummy('anything')).toBe(false);
    const argon2 = new HeldArgon2();
    const answer = new PasswordHasher(argon2).verifyDummy('anything');
    expect(argon2.started).toEqual([expect.stringMatching(/^verify \$argon2id\$v=19\$m=19456,t=2,p=1\$\S+ anything$/)]);
    await argon2.finishOne();
    expect(await answer).toBe(false);
  });

  it('works on two at a time, lets 50 wait, and refuses the next at once', async () => {
    const argon2 = new HeldArgon2();
    const hasher = new PasswordHasher(argon2);
    const taken = Array.from({ length: 52 }, (_, number) => hasher.hash(`p${number}`));
    expect(argon2.started).toEqual(['hash p0', 'hash p1']);

    const refused = await hasher.verify('any', 'password').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PasswordChecksBusy);
    expect(refused).toMatchObject({ code: 'secrets.busy', kind: 'unavailable', retryAfterSeconds: 1 });

    await argon2.finishOne();
    expect(argon2.started).toEqual(['hash p0', 'hash p1', 'hash p2']);
    for (let left = 51; left > 0; left--) await argon2.finishOne();
    expect(await Promise.all(taken)).toHaveLength(52);
    expect(argon2.started).toHaveLength(52);
  });

  it('frees the place of a check that failed', async () => {
    const hasher = new PasswordHasher();
    const broken = await Promise.allSettled(Array.from({ length: 4 }, () => hasher.verify('nonsense', 'password')));
    expect(broken.map((result) => result.status)).toEqual(Array(4).fill('rejected'));
    expect(await hasher.hash('password')).toMatch(/^\$argon2id/);
  });
});

describe('constantTimeEquals', () => {
  it('tells equal tokens from others of any length', () => {
    expect(constantTimeEquals('token', 'token')).toBe(true);
    expect(constantTimeEquals('token', 'tokem')).toBe(false);
    expect(constantTimeEquals('', 'token')).toBe(false);
  });
});
