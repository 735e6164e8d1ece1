import { type AnyVariable } from '@kubarr/platform/config';
import { CLUSTER_ACCESS } from '@kubarr/kubernetes';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { VARIABLES } from '../../apps/server/src/areas.js';
import { chartValues, valuesSchema, valuesTable } from '../support/chart-values.js';
import { expectGeneratedFile, updatesDocuments } from '../support/generated.js';
import { filesBelow, read, ROOT } from '../support/sources.js';

const CHARTS = ['kubarr', 'kubarr-database'];
const PROFILES = ['pi', 'mini', 'ha'];
const VALUES = 'charts/kubarr/values.yaml';

/** Variables that are not values, with who gives them instead. */
const given = parse(read('charts/kubarr/environment.yaml')) as Record<string, { value?: string; by?: string }>;
const asValues = VARIABLES.filter(({ name }) => !(name in given));

/** What values.yaml says of one variable: purpose, default and bounds from the program. */
function valueOf({ name, purpose, allowed, defaultText, schema }: AnyVariable): string {
  const about = `# -- ${purpose} Allowed: ${allowed}. Default: ${defaultText}.`;
  const [fallback, bounds] = defaultAndBounds(defaultText, schema);
  return [about, ...(bounds ? [`# @schema ${bounds}`] : []), `${name}: ${fallback}`].join('\n');
}

function defaultAndBounds(defaultText: string, schema: AnyVariable['schema']): [fallback: string, bounds?: string] {
  if (schema?.enum)
    return [schema.enum.includes(defaultText) ? defaultText : "''", `{enum: ['', ${schema.enum.join(', ')}]}`];
  if (!schema) return ["''"];
  const { minimum = 0, maximum } = schema;
  const range = `minimum: ${minimum}` + (maximum === undefined ? '' : `, maximum: ${maximum}`);
  return /^\d+$/.test(defaultText)
    ? [defaultText, `{${range}}`]
    : ["''", `{anyOf: [{const: ''}, {type: integer, ${range}}]}`];
}

const secretOf = ({ name, purpose, allowed }: AnyVariable): string =>
  [
    `# -- ${purpose} Allowed: ${allowed}.`,
    `${name}:`,
    '  # -- Name of the secret.',
    "  name: ''",
    '  # -- Key in it; empty = the name of the variable.',
    "  key: ''",
  ].join('\n');

/** The single values of nested ones, by their path. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (Array.isArray(value)) return new Map([[path, `${value.length} entries`]]);
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  return new Map(Object.entries(value).flatMap(([key, each]) => [...leaves(each, path ? `${path}.${key}` : key)]));
}

/** Compares or writes the part of a page between two markers. */
async function expectGeneratedPart(page: string, marker: string, wanted: string): Promise<void> {
  const [begin, end] = [`<!-- ${marker}: made by npm run docs -->`, `<!-- end of ${marker} -->`];
  const [head, rest] = read(page).split(begin);
  const tail = rest?.split(end)[1];
  if (tail === undefined) throw new Error(`${page} has no part between ${begin} and ${end}`);
  await expectGeneratedFile(page, `${head}${begin}\n\n${wanted}\n\n${end}${tail}`);
}

/** The lines between two markers. */
const part = (text: string, name: string): string =>
  new RegExp(`\\n  # \\(${name}: made by npm run docs\\)\\n([^]*?)  # \\(end of ${name}\\)\\n`).exec(text)?.[1] ?? '';
const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ') + '\n';

describe('The documents of the charts', () => {
  it.each([
    ['config', asValues.filter(({ isSecret }) => !isSecret).map(valueOf)],
    ['secretConfig', asValues.filter(({ isSecret }) => isSecret).map(secretOf)],
  ])('have every variable of the configuration below %s, or say who gives it', (section, rows) => {
    const wanted = indented(rows.join('\n'));
    if (updatesDocuments) {
      const text = read(VALUES);
      const begin = `  # (${section}: made by npm run docs)\n`;
      const end = `  # (end of ${section})\n`;
      const [head, tail] = [text.split(begin)[0] ?? '', text.split(end)[1] ?? ''];
      writeFileSync(join(ROOT, VALUES), head + begin + wanted + end + tail);
    } else {
      const names = (text: string): string[] => [...text.matchAll(/^ {2}([A-Z]\w+):/gm)].map(([, name]) => name ?? '');
      const found = part(read(VALUES), section);
      for (const name of names(wanted))
        if (!names(found).includes(name))
          throw new Error(
            `${name} is not a value of the chart: npm run docs adds the row ${section}.${name} to ${VALUES}; a variable that the chart gives by itself gets a row in charts/kubarr/environment.yaml instead`,
          );
      expect(parse(found || '{}')).toEqual(parse(wanted || '{}'));
      expect(found).toBe(wanted);
    }
  });

  it('give no variable that the program does not know', () => {
    const known: string[] = VARIABLES.map(({ name }) => name);
    for (const name of Object.keys(given)) expect(known).toContain(name);
    for (const [name, row] of Object.entries(given))
      expect([name, row.value !== undefined || Boolean(row.by)]).toEqual([name, true]);
  });

  it('have the access to the cluster as the code has it', async () => {
    const head = '# Made from libs/kubernetes/src (npm run docs): everything that Kubarr may ask the cluster for.\n';
    await expectGeneratedFile('charts/kubarr/cluster-access.yaml', head + stringify(CLUSTER_ACCESS));
  });

  it.each(CHARTS)('describe every value of %s, with a schema and a table made from that', async (chart) => {
    const values = chartValues(read(`charts/${chart}/values.yaml`));
    expect(values.length).toBeGreaterThan(40);
    await expectGeneratedFile(`charts/${chart}/values.schema.json`, JSON.stringify(valuesSchema(values), null, 2));
    await expectGeneratedPart(`charts/${chart}/README.md`, 'values', valuesTable(values));
  });

  it.each(CHARTS)('show the numbers of every profile of %s side by side', async (chart) => {
    const profiles = PROFILES.map((name) => leaves(parse(read(`charts/${chart}/profiles/${name}.yaml`))));
    const paths = [...new Set(profiles.flatMap((profile) => [...profile.keys()]))];
    const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    const rows = paths.map((path) =>
      row([`\`${path}\``, ...profiles.map((profile) => (profile.has(path) ? String(profile.get(path)) : 'default'))]),
    );
    const table = [row(['value', ...PROFILES]), row(['---', '---', '---', '---']), ...rows].join('\n');
    await expectGeneratedPart(`charts/${chart}/README.md`, 'profiles', table);
  });

  it.each(CHARTS)('use every value of %s', (chart) => {
    const templates = filesBelow(`charts/${chart}/templates`).map(read).join('\n');
    for (const { path, isSection } of chartValues(read(`charts/${chart}/values.yaml`))) {
      const name = path.split('.').at(-1) ?? '';
      // Variables are used as a whole, by their section; probes too.
      if (/^(config|secretConfig|probes|resources)\./.test(path) || isSection) continue;
      expect([path, new RegExp(`\\.${name}\\b`).test(templates)]).toEqual([path, true]);
    }
  });
});
