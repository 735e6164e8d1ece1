import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KeyRing } from './key-ring.js';
import { SecretBox } from './secret-box.js';
import { SecretCannotBeOpened } from './secrets.errors.js';

const oldKey = Buffer.alloc(32, 1);
const newKey = Buffer.alloc(32, 2);
const keys = new KeyRing(oldKey);
const box = new SecretBox(keys);
const place = { table: 'users', column: 'totp_secret', row: 7 };

const refusal = (act: () => unknown): SecretCannotBeOpened => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(SecretCannotBeOpened);
    return error as SecretCannotBeOpened;
  }
  throw new Error('it was opened');
};

describe('SecretBox', () => {
  it('opens what it sealed, whatever the text and the place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), fc.string(), (plain, table, column, row) => {
        const context = { table, column, row };
        expect(box.open(box.seal(plain, context), context)).toBe(plain);
      }),
    );
  });

  it('keeps bytes as they are', () => {
    const bytes = Buffer.from([0, 255, 128, 10]);
    expect(box.openBytes(box.seal(bytes, place), place)).toEqual(bytes);
  });

  it('writes version, key id, nonce and body, and never the same text twice', () => {
    const sealed = box.seal('JBSWY3DP', place);
    expect(sealed).toMatch(new RegExp(`^v1\\.${keys.current.id}\\.[\\w-]{16}\\.[\\w-]+$`));
    expect(sealed).not.toContain('JBSWY3DP');
    expect(box.seal('JBSWY3DP', place)).not.toBe(sealed);
  });

  it.each([
    ['row', { ...place, row: 8 }],
    ['column', { ...place, column: 'oauth_secret' }],
    ['table', { ...place, table: 'channels' }],
  ])('does not open a text that was moved to another %s', (_, elsewhere) => {
    const error = refusal(() => box.open(box.seal('JBSWY3DP', place), elsewhere));
    expect(error).toMatchObject({ code: 'secrets.cannot-open', kind: 'internal' });
    expect(error.message).toContain(keys.current.id);
  });

  it('keeps the parts of a place apart', () => {
    const sealed = box.seal('JBSWY3DP', { table: 'a', column: 'b","c', row: 'd' });
    refusal(() => box.open(sealed, { table: 'a","b', column: 'c', row: 'd' }));
  });

  it('does not open a text of which any character was changed, dropped or added', () => {
    const sealed = box.seal('JBSWY3DPE', place);
    for (let position = 0; position < sealed.length; position++) {
      const other = sealed[position] === 'A' ? 'B' : 'A';
      refusal(() => box.open(sealed.slice(0, position) + other + sealed.slice(position + 1), place));
      refusal(() => box.open(sealed.slice(0, position) + sealed.slice(position + 1), place));
      refusal(() => box.open(sealed.slice(0, position) + 'A' + sealed.slice(position), place));
    }
    for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=') {
      if (!sealed.endsWith(other)) refusal(() => box.open(sealed.slice(0, -1) + other, place)); // also the same bytes
    }
    fc.assert(fc.property(fc.string(), (text) => void refusal(() => box.open(text, place))));
  });

  it('names the key that is needed when it has another one', () => {
    const error = refusal(() => new SecretBox(new KeyRing(newKey)).open(box.seal('JBSWY3DP', place), place));
    expect(error.message).toContain(`needs the secret key ${keys.current.id}, which Kubarr does not have`);
  });

  it('opens with an older key, seals with the current one, and tells what to seal again', () => {
    const rotated = new SecretBox(new KeyRing(newKey, [oldKey]));
    const sealed = box.seal('JBSWY3DP', place);
    expect(rotated.open(sealed, place)).toBe('JBSWY3DP');
    expect(rotated.needsResealing(sealed)).toBe(true);
    expect(rotated.needsResealing(rotated.seal('JBSWY3DP', place))).toBe(false);
    refusal(() => box.open(rotated.seal('JBSWY3DP', place), place));
  });
});

describe('KeyRing', () => {
  it('derives stable keys, one for each purpose, none of which is the secret or the sealing key', () => {
    const derived = keys.deriveKey('sessions');
    expect(derived).toEqual(new KeyRing(oldKey).deriveKey('sessions'));
    const all = [
      derived,
      keys.deriveKey('invites'),
      new KeyRing(newKey).deriveKey('sessions'),
      keys.current.bytes,
      oldKey,
    ];
    expect(new Set(all.map((key) => key.toString('hex'))).size).toBe(all.length);
    expect(keys.deriveKey('sessions', 64)).toHaveLength(64);
  });

  it('keeps the id of a key for ever, since backups name it', () => {
    expect(keys.current.id).toBe('7de6e469');
  });

  it('refuses a key of another length', () => {
    expect(() => new KeyRing(Buffer.alloc(16))).toThrow('32 bytes, not 16');
    expect(() => new KeyRing(oldKey, [Buffer.alloc(33)])).toThrow('32 bytes, not 33');
  });
});
