import fc from 'fast-check';
import { parseUploadFigure, parseUploadMetadata } from './upload-metadata.js';

describe('Upload-Metadata', () => {
  it('holds what was put into it', () => {
    const key = fc.stringMatching(/^[a-z]{1,10}$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.string({ unit: 'grapheme' })), (values) => {
        const header = Object.entries(values)
          .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`.trim())
          .join(', ');
        expect(Object.fromEntries(parseUploadMetadata(header))).toEqual({ ...values });
      }),
    );
  });

  it.each(['a b c', 'a !!!', 'a YQ==,a Yg==', `a ${'A'.repeat(40_000)}`])('refuses %.20s', (header) => {
    expect(() => parseUploadMetadata(header)).toThrow(/Upload-Metadata/);
  });
});

describe('A figure in a header', () => {
  it.each([undefined, '', '-1', '1.5', '1e3', '0x10', '9007199254740993', '1 '])('refuses %p', (text) => {
    expect(() => parseUploadFigure('Upload-Length', text)).toThrow(/Upload-Length must be/);
  });
  it('is a whole number', () => expect(parseUploadFigure('Upload-Length', '5000000000')).toBe(5_000_000_000));
});
