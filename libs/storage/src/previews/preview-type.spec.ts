import { previewType, dropIncompleteCharacter } from './preview-type.js';

describe('The preview type of a file', () => {
  it.each([
    ['89504e470d0a1a0a', 'image/png'],
    ['ffd8ffe0', 'image/jpeg'],
    [Buffer.from('GIF89a').toString('hex'), 'image/gif'],
    [Buffer.from('RIFF\n\0\0\0WEBP').toString('hex'), 'image/webp'],
    [Buffer.from('\0\0\0\x20ftypavif').toString('hex'), 'image/avif'],
    [Buffer.from('<svg onload="x">').toString('hex'), 'text/plain'],
    [Buffer.from('<!DOCTYPE html>').toString('hex'), 'text/plain'],
    ['', 'text/plain'],
    ['00', undefined],
    ['ff41', undefined],
    [Buffer.from('%PDF-1.7\n\0').toString('hex'), undefined],
  ])('%s is %s', (head, type) => {
    expect(previewType(Buffer.from(head, 'hex'))).toBe(type);
  });

  it('is text without an incomplete character at the end', () => {
    const text = Buffer.from('price: 5 €, or 😀');
    for (let length = 0; length <= text.length; length++) {
      expect(previewType(text.subarray(0, length))).toBe('text/plain');
      expect(dropIncompleteCharacter(text.subarray(0, length)).toString()).not.toContain('\ufffd');
    }
  });
});
