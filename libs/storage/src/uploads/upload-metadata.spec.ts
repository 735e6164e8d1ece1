import fc from 'fast-check';
import { parseUploadFigure, parseUploadMetadata, uploadPath } from './upload-metadata.js';

describe('Upload-Metadata', () => {
  it('decodes keys and values', () => {
    const key = fc.stringMatching(/^[a-z]{1,10}$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.string({ unit: 'grapheme' })), (values) => {
        const header = Object.entries(values)
          .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`.trim())
          .join(', ');
        const read = [...parseUploadMetadata(header)].map(([name, value]) => [name, value.toString()]);
        expect(Object.fromEntries(read)).toEqual({ ...values });
      }),
    );
  });

  it.each(['a b c', 'a !!!', 'a YQ==,a Yg==', `a ${'A'.repeat(40_000)}`])('refuses %.20s', (header) => {
    expect(() => parseUploadMetadata(header)).toThrow(/Upload-Metadata/);
  });
});

describe('The target path of an upload', () => {
  const pathOf = (values: Record<string, string | Buffer>): string =>
    uploadPath(new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)])));

  it('is a path escaped as in listings, or a raw file name', () => {
    expect(pathOf({ path: 'media/a\\xff', filename: 'b' })).toBe('media/a\\xff');
    expect(pathOf({ filename: 'a\\xff', folder: 'b\\xff' })).toBe('b\\xff/a\\x5cxff');
    expect(pathOf({ filename: Buffer.from([0x66, 0xff]) })).toBe('/f\\xff');
  });

  it.each([
    {},
    { filename: '' },
    { filename: 'a/b' },
    { path: Buffer.from([0xff]) },
    { filename: 'a', folder: Buffer.from([0xff]) },
  ])('is refused for %j', (values) =>
    expect(() => pathOf(values as Record<string, Buffer>)).toThrow(/Upload-Metadata/),
  );
});

describe('A number in a header', () => {
  it.each([undefined, '', '-1', '1.5', '1e3', '0x10', '9007199254740993', '1 '])('refuses %p', (text) => {
    expect(() => parseUploadFigure('Upload-Length', text)).toThrow(/Upload-Length must be/);
  });
  it('is a whole number', () => expect(parseUploadFigure('Upload-Length', '5000000000')).toBe(5_000_000_000));
});
