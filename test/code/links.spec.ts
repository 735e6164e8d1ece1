import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { filesBelow, read, ROOT } from '../support/sources.js';

const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^\.|^(node_modules|dist|secrets|coverage)$/.test(entry.name))
  .map(({ name }) => name);
const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...FOLDERS.flatMap((folder) => filesBelow(folder).filter((path) => path.endsWith('.md'))),
];

/** The anchors of a page, as GitHub makes them of its headings. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('The pages', () => {
  it.each(pages)('of %s link to what is there', (page) => {
    for (const [link, target = ''] of read(page).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const path = file ? normalize(join(dirname(page), file)) : page;
      expect([link, existsSync(join(ROOT, path))]).toEqual([link, true]);
      if (anchor) expect([link, anchorsOf(read(path))]).toEqual([link, expect.arrayContaining([anchor])]);
    }
  });

  it.each(pages)('of %s name files that are there', (page) => {
    const place = new RegExp(`(?<![\\w./-])(?:${FOLDERS.join('|')})/[\\w./-]*\\w(?![\\w/-]*[*$<{…])`, 'g');
    for (const [path] of read(page).matchAll(place)) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  });

  it('give a decision the number of its record', () => {
    const named = pages.flatMap((page) => [...read(page).matchAll(/\[decision (\d+)\]\([^)]*\/(\d{4})-/g)]);
    expect(named.length).toBeGreaterThan(0);
    for (const [link, number, record] of named) expect([link, Number(number)]).toEqual([link, Number(record)]);
  });
});
