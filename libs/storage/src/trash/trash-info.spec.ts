import { parseRelativePath } from '@kubarr/file-tree';
import fc from 'fast-check';
import { readTrashInfo, writeTrashInfo } from './trash-info.js';
import { deletedAt, idOfInfo, newTrashId, TRASH_ID } from '../trash-folders.js';

describe('A .trashinfo file', () => {
  it('has the format that other file managers read', () => {
    const deletedAtDate = new Date('2026-02-21T07:30:00Z');
    const path = parseRelativePath('media/naïve \\xff 100%.txt');
    expect(writeTrashInfo({ path, deletedAt: deletedAtDate, deletedBy: 'lotte' })).toBe(
      '[Trash Info]\nPath=media/na%C3%AFve%20%FF%20100%25.txt\nDeletionDate=2026-02-21T07:30:00\nX-Kubarr-DeletedBy=lotte\n',
    );
  });

  it('is read as it was written, with any bytes in path and user name', () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 255 })
      .map((bytes) => Buffer.from(bytes))
      .filter(
        (bytes) => !bytes.includes(0) && !bytes.includes(0x2f) && !['.', '..'].includes(bytes.toString('latin1')),
      );
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 5 }),
        fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
        (names, by) => {
          const path = names.reduce((above, each) => above.child(each), parseRelativePath(''));
          const date = new Date('2026-02-21T07:30:00Z');
          const read = readTrashInfo(writeTrashInfo({ path, deletedAt: date, deletedBy: by }));
          expect(read?.path.text).toBe(path.text);
          expect([read?.deletedAt, read?.deletedBy]).toEqual([date, by]);
        },
      ),
    );
  });

  it('is ignored when it is truncated or names a path outside', () => {
    const whole = '[Trash Info]\nPath=a/b\nDeletionDate=2026-02-21T07:30:00\n';
    expect(readTrashInfo(whole)).toBeDefined();
    for (let length = 0; length < whole.length; length++) expect(readTrashInfo(whole.slice(0, length))).toBeUndefined();
    for (const path of ['../x', 'a/%2e%2e/b', '/a', 'a//b', 'a/.', 'a%00'])
      expect(readTrashInfo(whole.replace('a/b', path))).toBeUndefined();
  });
});

describe('An id in the trash', () => {
  it('contains the time, sorts by age, and is parsed from names of info files only', () => {
    const [early, late] = [newTrashId(1_771_659_000_000), newTrashId(1_771_659_000_001)];
    expect(early < late).toBe(true);
    expect(early).toMatch(TRASH_ID);
    expect(deletedAt(early)).toEqual(new Date(1_771_659_000_000));
    expect(idOfInfo(Buffer.from(`${early}.trashinfo`))).toBe(early);
    for (const other of [early, `${early}.trashinfo2`, `x${early}.trashinfo`])
      expect(idOfInfo(Buffer.from(other))).toBeUndefined();
  });
});
