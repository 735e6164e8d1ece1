import { parseRelativePath } from '@kubarr/file-tree';
import { numbered } from './free-name.js';

describe('A numbered name', () => {
  it.each([
    ['media/notes.txt', 2, 'media/notes (2).txt'],
    ['notes', 12, 'notes (12)'],
    ['.profile', 2, '.profile (2)'],
    ['a.tar.gz', 2, 'a.tar (2).gz'],
    ['a.this is not an extension', 2, 'a.this is not an extension (2)'],
    ['f\\xff.txt', 2, 'f\\xff (2).txt'],
  ])('%s with %i is %s', (path, number, wanted) => {
    expect(numbered(parseRelativePath(path), number).text).toBe(wanted);
  });

  it('does not exceed the longest name and does not split a character', () => {
    for (const stem of ['n'.repeat(251), 'é'.repeat(125), `n${'é'.repeat(125)}`, '😀'.repeat(62)]) {
      const { name } = numbered(parseRelativePath(`media/${stem}.mkv`), 2);
      expect(name.length).toBeLessThanOrEqual(255);
      expect(name.toString()).not.toContain('\ufffd');
      expect(name.toString()).toMatch(/ \(2\)\.mkv$/);
    }
  });
});
