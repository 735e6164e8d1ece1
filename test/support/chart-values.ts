import { parse } from 'yaml';

/** One value of a chart with what its comment says. */
export interface ChartValue {
  /** Keys from the top, joined by dots. */
  readonly path: string;
  readonly description: string;
  /** What `@schema` lines say, as JSON Schema. */
  readonly narrowed: Schema;
  readonly isSection: boolean;
  readonly fallback: unknown;
}

type Schema = Record<string, unknown>;

/**
 * Reads a values.yaml in which every key stands on a line of its own, in block style, below its comment.
 * @throws Error naming the value that has no description.
 */
export function chartValues(text: string): ChartValue[] {
  const defaults = parse(text) as Record<string, unknown>;
  const values: ChartValue[] = [];
  const open: { indent: number; key: string }[] = [];
  let comment: string[] = [];
  let skipDeeperThan = Infinity;
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/);
    if (indent > skipDeeperThan) continue;
    const said = /^\s*# ?(.*)$/.exec(line)?.[1];
    const key = /^\s*([A-Za-z_][\w]*):/.exec(line)?.[1];
    if (said !== undefined) comment.push(said);
    else if (key !== undefined) {
      while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
      open.push({ indent, key });
      const value = describe(
        open.map((each) => each.key),
        comment,
        defaults,
      );
      values.push(value);
      skipDeeperThan = value.isSection ? Infinity : indent;
      comment = [];
    } else comment = [];
  }
  return values;
}

function describe(keys: readonly string[], comment: readonly string[], defaults: Record<string, unknown>): ChartValue {
  const path = keys.join('.');
  const from = comment.findLastIndex((line) => line.startsWith('-- '));
  if (from < 0) throw new Error(`${path} has no description: put a comment that starts with "-- " above it`);
  const lines = comment.slice(from);
  const narrowed = Object.assign(
    {},
    ...lines
      .filter((line) => line.startsWith('@schema '))
      .map((line) => parse(line.slice('@schema '.length)) as Schema),
  ) as Schema;
  const fallback = keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], defaults);
  const isMap = typeof fallback === 'object' && fallback !== null && !Array.isArray(fallback);
  return {
    path,
    description: lines
      .filter((line) => !line.startsWith('@schema '))
      .join(' ')
      .slice('-- '.length),
    narrowed,
    isSection: isMap && narrowed['additionalProperties'] === undefined,
    fallback,
  };
}

const TYPES: Record<string, string> = { string: 'string', number: 'integer', boolean: 'boolean' };

/** The JSON Schema of the values. Sections take no key that is not in values.yaml. */
export function valuesSchema(values: readonly ChartValue[]): Schema {
  const below = (prefix: string): Schema =>
    Object.fromEntries(
      values
        .filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes('.'))
        .map((value) => [value.path.slice(prefix.length), schemaOf(value, () => below(`${value.path}.`))]),
    );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: false,
    // Helm gives charts that contain others this one.
    properties: { global: { type: 'object' }, ...below('') },
  };
}

function schemaOf({ description, narrowed, isSection, fallback }: ChartValue, properties: () => Schema): Schema {
  const base = { description };
  if (isSection) return { ...base, type: 'object', additionalProperties: false, properties: properties(), ...narrowed };
  if (Array.isArray(fallback)) return { ...base, type: 'array', ...narrowed };
  if (typeof fallback === 'object') return { ...base, type: 'object', ...narrowed };
  const type = narrowed['anyOf'] || narrowed['enum'] ? {} : { type: TYPES[typeof fallback] };
  return { ...base, ...type, ...narrowed };
}

/** The values as a Markdown table; sections only say what they are for. */
export function valuesTable(values: readonly ChartValue[]): string {
  const rows = values.map(({ path, description, isSection, fallback }) => {
    const shown = isSection ? '' : `\`${JSON.stringify(fallback)}\``;
    return `| \`${path}\` | ${description.replaceAll('|', '\\|').replace(/\*(?=[^`]*$)/g, '\\*')} | ${shown} |`;
  });
  return ['| value | what it does | default |', '| --- | --- | --- |', ...rows].join('\n');
}
