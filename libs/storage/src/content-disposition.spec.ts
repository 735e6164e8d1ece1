import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attachment } from './content-disposition.js';

describe('Content-Disposition', () => {
  it.each([
    ['notes.txt', `attachment; filename="notes.txt"; filename*=UTF-8''notes.txt`],
    ['naïve "x";.txt', `attachment; filename="na_ve _x_;.txt"; filename*=UTF-8''na%C3%AFve%20%22x%22%3B.txt`],
    ["it's (1)*.txt", `attachment; filename="it's (1)_.txt"; filename*=UTF-8''it%27s%20%281%29%2A.txt`],
    ['100%41.txt', `attachment; filename="100_41.txt"; filename*=UTF-8''100%2541.txt`],
    ['a\r\nSet-Cookie: x', `attachment; filename="a__Set-Cookie_ x"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x`],
    ['back\\slash', `attachment; filename="back_slash"; filename*=UTF-8''back%5Cslash`],
  ])('of %j is %j', (name, header) => {
    expect(attachment(Buffer.from(name))).toBe(header);
  });

  it('is well-formed for names of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 255 }), (bytes) => {
        expect(attachment(Buffer.from(bytes))).toMatch(
          /^attachment; filename="[^"\\\x00-\x1f\x7f-\uffff]*"; filename\*=UTF-8''[\w.!~%-]*$/, // eslint-disable-line no-control-regex
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
