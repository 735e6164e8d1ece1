import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, read, ROOT } from '../support/sources.js';
import { type Text, textsOf } from '../support/texts.js';

const PAGE = 'docs/glossary.md';

/** Where the glossary applies. The changelog is left out: it says what was, in the words of its time. */
const ROOMS = [
  '.dependency-cruiser.js',
  'eslint.config.js',
  'jest.config.js',
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'Dockerfile',
  'docker-compose.yml',
  'apps',
  'bench',
  'bin',
  'charts',
  'cnpg',
  'compose',
  'docs',
  'image',
  'libs',
  'migrations',
  'test',
];

/** Left out, with the reason. */
const ALLOWED: { word: string; path?: RegExp; text?: RegExp; reason: string }[] = [
  { word: 'durable job', path: /^migrations\//, reason: 'named like the table durable_jobs, and released' },
  { word: 'periodic job', path: /^migrations\//, reason: 'named like the table periodic_jobs, and released' },
  { word: 'durable job', path: /^docs\/adr\/(0016|README)/, reason: 'title of a superseded decision' },
  { word: 'periodic job', path: /^docs\/adr\/(0007|README)/, reason: 'title of a superseded decision' },
  { word: 'two-factor', text: /two-factor/i, reason: 'agreed with the web client' },
];

/** The cells of the table below a heading of the glossary, without its head. */
function rowsBelow(heading: string): string[][] {
  const section = read(PAGE).split(`\n## ${heading}\n`)[1]?.split('\n## ')[0];
  if (section === undefined) throw new Error(`${PAGE} has no heading "${heading}"`);
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').slice(1, -1));
}

const quotedIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

interface Rule {
  readonly word: string;
  readonly instead: string;
  readonly pattern: RegExp;
  readonly types: readonly Text['type'][];
}

const TEXTS = ['comment', 'prose'] as const;
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+');
/** As a whole word, in the plural too; `…` stands for any one word. */
const wholeWord = (word: string): RegExp => new RegExp(`(?<![\\w-])${escape(word)}(?:s|es)?(?![\\w-])`, 'i');

const synonyms = rowsBelow('Words').flatMap(([word = '', , others]) =>
  quotedIn(others).map((other): Rule => ({
    word: other,
    instead: word.replaceAll('*', '').trim(),
    pattern: wholeWord(other),
    types: ['name', 'method', ...TEXTS],
  })),
);
const unwanted = rowsBelow('Words that we do not use').flatMap(([cell = '', instead = '']) =>
  quotedIn(cell).map((word): Rule => {
    const rule = { word, instead: instead.trim() };
    if (cell.includes('method')) return { ...rule, pattern: new RegExp(`^${word}$`), types: ['method'] };
    if (cell.includes('comment')) return { ...rule, pattern: new RegExp(`^${word}\\b`), types: ['comment'] };
    if (word === 'is no')
      return { ...rule, pattern: /(?<!\bthere )\bis no\b(?! (longer|more|other)\b)/i, types: TEXTS };
    return { ...rule, pattern: wholeWord(word), types: ['name', 'method', ...TEXTS] };
  }),
);

/** `SignInGuesses` and `sign_in_guesses` as words. */
const wordsOf = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replaceAll('_', ' ');

const files = ROOMS.flatMap((room) => (statSync(join(ROOT, room)).isDirectory() ? filesBelow(room) : [room])).filter(
  (path) => ![PAGE, 'test/code/glossary.spec.ts'].includes(path) && !path.startsWith('test/fixtures/'),
);

interface Breach {
  readonly rule: Rule;
  readonly path: string;
  readonly text: Text;
}

function findBreaches(): Breach[] {
  const rules = [...synonyms, ...unwanted];
  return files.flatMap((path) => {
    const fileName: Text = { line: 0, type: 'name', text: path.replace(/\.[^/]*$/, '').replace(/[-/.]/g, ' ') };
    return [fileName, ...textsOf(path)].flatMap((text) => {
      const words = text.type === 'name' ? wordsOf(text.text) : text.text;
      return rules
        .filter(({ types, pattern }) => types.includes(text.type) && pattern.test(words))
        .map((rule) => ({ rule, path, text }));
    });
  });
}

const allows = ({ word, path, text }: (typeof ALLOWED)[number], breach: Breach): boolean =>
  word === breach.rule.word && (path?.test(breach.path) ?? true) && (text?.test(breach.text.text) ?? true);

describe('The glossary', () => {
  const breaches = findBreaches();
  /** File, line, word, and what to write instead. */
  const listed = (rules: readonly Rule[]): string[] =>
    breaches
      .filter((breach) => rules.includes(breach.rule) && !ALLOWED.some((each) => allows(each, breach)))
      .map(({ rule, path, text }) => `${path}:${text.line} "${rule.word}" in "${text.text.trim()}": ${rule.instead}`);

  it('is in alphabetical order, and says for each word what not to use', () => {
    const rows = rowsBelow('Words');
    const words = rows.map(([word = '']) => word.replaceAll('*', '').trim());
    expect(words).toEqual([...words].sort((one, other) => one.localeCompare(other, 'en')));
    expect(rows.filter(([, meaning, others]) => !meaning?.trim() || quotedIn(others).length === 0)).toEqual([]);
  });

  it('forbids nothing that it also explains', () => {
    const explained = new Set(rowsBelow('Words').map(([word = '']) => word.replaceAll('*', '').trim()));
    expect([...synonyms, ...unwanted].filter(({ word }) => explained.has(word))).toEqual([]);
  });

  it('is followed: no synonym of its words is in a name or a text', () => {
    expect(synonyms.length).toBeGreaterThan(80);
    expect(listed(synonyms)).toEqual([]);
  });

  it('is followed: no word that we do not use is in a name or a text', () => {
    expect(unwanted.length).toBeGreaterThan(15);
    expect(listed(unwanted)).toEqual([]);
  });

  it('has no exception without a reason or without a case', () => {
    expect(ALLOWED.filter((each) => !each.reason || !breaches.some((breach) => allows(each, breach)))).toEqual([]);
    expect(ROOMS.filter((room) => !existsSync(join(ROOT, room)))).toEqual([]);
  });
});
