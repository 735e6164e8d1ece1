import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationTable } from '@kubarr/platform/config';
import { VARIABLES } from '../../apps/server/src/areas.js';
import { buildOpenApi } from '../../apps/server/src/pages/index.js';
import { createUnstartedServer } from '../../apps/server/src/lifecycle/create-server.js';
import { migrations } from '../../migrations/index.js';
import { filesBelow, read, ROOT, sources } from '../support/sources.js';
import { loadServerConfig } from '../../apps/server/src/server-config.js';

/** Set by `npm run docs`: the generated parts are written instead of compared. */
const update = process.env['KUBARR_UPDATE_DOCS'] === '1';

/** Compares the text between two markers of a page with what it should be. */
function expectGenerated(page: string, marker: string, wanted: string): void {
  const [begin, end] = [`<!-- ${marker}: made by npm run docs -->`, `<!-- end of ${marker} -->`];
  const text = read(page);
  const [head, rest = ''] = text.split(begin);
  const [found = '', tail] = rest.split(end);
  if (tail === undefined) throw new Error(`${page} has no part between ${begin} and ${end}`);
  if (update) writeFileSync(join(ROOT, page), `${head}${begin}\n\n${wanted}\n\n${end}${tail}`);
  else expect(cells(found)).toEqual(cells(wanted));
}

/** The cells of a Markdown table, so that padding does not count. */
const cells = (table: string): string[][] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^-+$/, '---')));

describe('The documents', () => {
  it('have the configuration as the code has it', () => {
    expectGenerated('README.md', 'configuration', configurationTable(VARIABLES));
  });

  it('have the routes as the server has them', async () => {
    const document = await buildOpenApi(await createUnstartedServer(loadServerConfig({})));
    const rows = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(
        item as Record<string, { tags?: string[]; operationId: string; summary: string; 'x-permission': string }>,
      ).map(
        ([method, operation]) =>
          `| ${method.toUpperCase()} | ${path} | ${operation.tags?.join() ?? ''} | ${operation['x-permission']} | ${operation.summary.replaceAll('|', '\\|')} |`,
      ),
    );
    expectGenerated(
      'docs/routes.md',
      'routes',
      ['| method | path | tag | permission | what it does |', '| --- | --- | --- | --- | --- |', ...rows.sort()].join(
        '\n',
      ),
    );
  });

  it('list every error code, and no other, with its status', () => {
    const statusOf = Object.fromEntries(
      [...read('libs/platform/src/http/problem.ts').matchAll(/^ {2}'?([a-z-]+)'?: (\d{3}),$/gm)].map(
        ([, kind, status]) => [kind, status],
      ),
    );
    const inCode = sources().flatMap((path) =>
      [...read(path).matchAll(/readonly code = '([^']+)';\s+readonly kind = '([^']+)'/g)].map(
        ([, code, kind]) => `${code} ${statusOf[kind ?? '']}`,
      ),
    );
    const onPage = [...read('docs/problems.md').matchAll(/^\| `([^`]+)` +\| (\d{3}) /gm)].map(
      ([, code, status]) => `${code} ${status}`,
    );
    expect(inCode.length).toBeGreaterThan(30);
    expect(onPage.sort()).toEqual([...new Set(inCode)].sort());
    const codes = sources().flatMap((path) => [...read(path).matchAll(/readonly code = /g)]);
    expect(inCode.length).toBe(codes.length);
  });

  it('explain every area, tool and topic in the glossary', () => {
    const { areas, tools, topics } = JSON.parse(read('libs/areas.json')) as Record<
      'areas' | 'tools' | 'topics',
      { name: string; purpose: string }[]
    >;
    const glossary = read('docs/glossary.md');
    for (const { name, purpose } of [...areas, ...tools, ...topics])
      expect(glossary).toMatch(new RegExp(`\\*\\*${name}\\*\\*[^\n]*${escape(purpose)}`));
  });

  it('number the decision records without gaps, and list them', () => {
    const records = filesBelow('docs/adr')
      .filter((path) => /\/\d{4}-/.test(path))
      .sort();
    expect(records.map((path) => Number(path.slice('docs/adr/'.length, 'docs/adr/'.length + 4)))).toEqual(
      records.map((_, position) => position + 1),
    );
    const index = read('docs/adr/README.md');
    for (const path of records) expect(index).toContain(path.slice('docs/adr/'.length));
    for (const path of records)
      for (const part of ['## Context', '## Decision', '## Consequences']) expect(read(path)).toContain(part);
  });
});

describe('The migrations', () => {
  it('are all in the list, oldest first', () => {
    const files = filesBelow('migrations')
      .filter((path) => /\/\d{13}-/.test(path))
      .sort();
    const stamps = files.map((path) => path.slice('migrations/'.length, 'migrations/'.length + 13));
    expect(migrations.map((migration) => migration.name.slice(-13))).toEqual(stamps);
  });
});

describe('The boundaries', () => {
  it('name every area, tool and topic that there is', () => {
    const { areas, tools, topics } = JSON.parse(read('libs/areas.json')) as Record<
      'areas' | 'tools' | 'topics',
      { name: string }[]
    >;
    const folders = (folder: string): string[] => [
      ...new Set(filesBelow(folder).map((path) => path.slice(folder.length + 1).split('/')[0] ?? '')),
    ];
    expect(
      folders('libs')
        .filter((name) => !['platform', 'areas.json'].includes(name))
        .sort(),
    ).toEqual([...areas, ...tools].map(({ name }) => name).sort());
    expect(folders('libs/platform/src').sort()).toEqual(topics.map(({ name }) => name).sort());
  });

  it('let no area hand out an entity or a repository', () => {
    const shelves = sources().filter((path) => /^libs\/[^/]+\/src\/index\.ts$/.test(path));
    for (const path of shelves) expect(read(path)).not.toMatch(/\.entity\.js|Repository/);
  });
});

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
