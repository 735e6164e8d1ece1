import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameBytes, nameText } from './name-text.js';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('Names as text', () => {
  it.each(['film.mkv', 'naïve ☃ 🎬', '%2e%2e', 'a\\b', '\\x41', '\\xFF', 'new\nline', '\ufffd'])(
    'leaves the valid name %j as it is',
    (name) => {
      expect(nameText(Buffer.from(name))).toBe(name);
    },
  );

  it.each([
    ['66 ff', 'f\\xff'],
    ['c3 28', '\\xc3('], // a character that breaks off
    ['e2 98', '\\xe2\\x98'], // the end is missing
    ['c0 ae', '\\xc0\\xae'], // an overlong dot
    ['ed a0 80', '\\xed\\xa0\\x80'], // half a character pair
    ['c3 a9 ff c3 a9', 'é\\xffé'],
    ['5c 78 66 66 ff', '\\x5cxff\\xff'],
  ])('writes each byte of %s that is not a character as \\xNN', (hex, text) => {
    expect(nameText(bytes(hex))).toBe(text);
  });

  it('keeps a name that looks like an escape apart from the byte', () => {
    expect(nameText(Buffer.from('f\\xff'))).toBe('f\\x5cxff');
    expect(nameText(Buffer.from('f\\x5cxff'))).toBe('f\\x5cx5cxff');
  });

  it('gives every sequence of bytes back', () => {
    const risky = fc.constantFrom(...Buffer.from('\\x5cf089'), 0xff, 0x80, 0xc3, 0xa9);
    const name = fc.array(fc.oneof(risky, fc.integer({ min: 1, max: 255 })), { maxLength: 40 });
    fc.assert(
      fc.property(name, (values) => {
        expect(nameBytes(nameText(Buffer.from(values)))).toEqual(Buffer.from(values));
      }),
      { numRuns: 2_000 },
    );
  });

  it('survives JSON', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (values) => {
        const text = nameText(Buffer.from(values));
        expect(JSON.parse(Buffer.from(JSON.stringify(text)).toString())).toBe(text);
      }),
    );
  });
});
