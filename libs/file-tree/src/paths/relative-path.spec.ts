import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PathMalformed, PathOutside } from '../files.errors.js';
import { parseRelativePath } from './relative-path.js';

const namesOf = (text: string): string[] => parseRelativePath(text).names.map((name) => name.toString('latin1'));

describe('Relative paths', () => {
  it.each([
    ['', []],
    ['/', []],
    ['///', []],
    ['media', ['media']],
    ['/media/films/', ['media', 'films']],
    ['//media///films', ['media', 'films']],
    ['%2e%2e/x', ['%2e%2e', 'x']],
    ['..\\..\\etc', ['..\\..\\etc']],
    ['C:\\Windows', ['C:\\Windows']],
    ['...', ['...']],
    ['..a/.b', ['..a', '.b']],
    ['~root', ['~root']],
    [' .. ', [' .. ']],
  ])('reads %j as the names %j', (text, names) => {
    expect(namesOf(text)).toEqual(names);
  });

  it.each(['..', '/..', '../etc', 'a/..', 'a/../b', 'a/../../b', 'a//..//'])('refuses %j, which climbs', (text) => {
    expect(() => parseRelativePath(text)).toThrow(PathOutside);
  });

  it.each(['.', './a', 'a/./b', 'a/.', 'a\0b', '\0', 'a/\ud800'])('refuses the malformed %j', (text) => {
    expect(() => parseRelativePath(text)).toThrow(PathMalformed);
  });

  it('takes names of 255 bytes and paths of 4 096, and no more', () => {
    expect(namesOf('é'.repeat(127) + 'x')).toHaveLength(1);
    expect(() => parseRelativePath('é'.repeat(128))).toThrow(PathMalformed);
    expect(namesOf('/a'.repeat(2_048))).toHaveLength(2_048);
    expect(() => parseRelativePath('/a'.repeat(2_048) + '/')).toThrow(PathMalformed);
  });

  it('reads the escapes of names that are not valid UTF-8, which can hide neither a dot nor a slash', () => {
    expect(namesOf('f\\xff/\\x5cxff')).toEqual(['f\xff', '\\xff']);
    expect(namesOf('\\x2e\\x2e')).toEqual(['\\x2e\\x2e']);
    expect(namesOf('a\\x2f..')).toEqual(['a\\x2f..']);
    expect(namesOf('a\\x00')).toEqual(['a\\x00']);
  });

  it('writes a path in one way only', () => {
    expect(parseRelativePath('//media///f\\xff/').text).toBe('media/f\\xff');
    expect(parseRelativePath('/').text).toBe('');
    expect(parseRelativePath('\\xc3\\xa9').text).toBe('é');
  });

  it('knows its parent and its name', () => {
    const path = parseRelativePath('media/films');
    expect([path.parent?.text, path.parent?.parent?.text, path.parent?.parent?.parent]).toEqual([
      'media',
      '',
      undefined,
    ]);
    expect(path.name.toString()).toBe('films');
    expect(parseRelativePath('').name).toHaveLength(0);
  });

  it('lets no text through that could climb, end early or grow', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '\\',
      '\0',
      '\\x5c',
      '\\xff',
      '%2e',
      'a',
      '~',
      '\u2024',
      '\uff0e',
      ' ',
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (input) => {
        let path;
        try {
          path = parseRelativePath(input);
        } catch (error) {
          expect(error instanceof PathOutside || error instanceof PathMalformed).toBe(true);
          return;
        }
        for (const name of path.names) {
          expect(['', '.', '..']).not.toContain(name.toString('latin1'));
          expect(name.includes(0x2f) || name.includes(0)).toBe(false);
        }
        expect(parseRelativePath(path.text).names).toEqual(path.names);
      }),
      { numRuns: 5_000 },
    );
  });
});
