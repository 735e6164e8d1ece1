import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { TOOLS } from '../../bin/cluster-tools.js';
import { ROOT } from './sources.js';

/** One Kubernetes object as a chart or overlay renders it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly [part: string]: any;
}

const tool = (name: string): string | undefined => {
  const path = join(TOOLS, name);
  return existsSync(path) ? path : undefined;
};

/** Programs of the tests, or `undefined` where `bin/cluster-tools.js` could not fetch them. */
export const HELM_4 = tool('helm-4.1.4');
export const HELM_3 = tool('helm-3.18.0');
export const KUBECTL = tool('kubectl-1.35.2');
export const PROMTOOL = tool('promtool');
/** The folder of the npm package with PostgreSQL 17. */
export const POSTGRES_17 = tool('postgres-17');
export const NODE_24 = tool('node-24.21.0');

/** The checker of manifests that some machines have beside the checkout. */
const VALIDATE = join(ROOT, '../shared/schemas/validate');
export const validatorIsThere = existsSync(VALIDATE);

/** Tells in the output of the run what is missing, and skips. */
export function describeWith(needs: Record<string, unknown>): typeof describe {
  const missing = Object.keys(needs).filter((name) => !needs[name]);
  if (missing.length === 0) return describe;
  process.stderr.write(`\nSKIPPED, because this machine lacks ${missing.join(', ')}: see CONTRIBUTING.md\n`);
  return describe.skip;
}

/** What a finished program left. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export function run(program: string, words: readonly string[], input?: string): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: ROOT,
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 300_000,
  });
  if (error) throw error;
  return { code: status, output: stdout, errors: stderr };
}

/** The output of a program. @throws Error with what it complained about. */
export function outputOf(program: string, words: readonly string[], input?: string): string {
  const { code, output, errors } = run(program, words, input);
  if (code !== 0) throw new Error(`${program} ${words.join(' ')}: ${errors || output}`);
  return output;
}

/** Reads YAML as Kubernetes does: a bare `on`, `off`, `yes` or `no` is a boolean. */
export const parseManifests = (text: string): Manifest[] =>
  parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    if (document.errors[0]) throw document.errors[0];
    const value = document.toJS() as Manifest | null;
    return value ? [value] : [];
  });

/** Writes YAML for Kubernetes, the texts `on` and `off` in quotes. */
export const manifestText = (...objects: readonly object[]): string =>
  objects.map((each) => stringify(each, { version: '1.1' })).join('---\n');

/** What a chart becomes with these words on the command line. */
export const rendered = (chart: string, words: readonly string[] = [], helm = HELM_4 ?? ''): Manifest[] =>
  parseManifests(renderedText(chart, words, helm));

export const renderedText = (chart: string, words: readonly string[] = [], helm = HELM_4 ?? ''): string =>
  outputOf(helm, ['template', releaseOf(chart), `charts/${chart}`, '--namespace', 'kubarr', ...words]);

/** The name under which the documentation installs a chart. */
export const releaseOf = (chart: string): string => (chart === 'kubarr' ? 'kubarr' : 'kubarr-db');

/** What a Kustomize folder becomes. */
export const kustomized = (folder: string): Manifest[] =>
  parseManifests(outputOf(KUBECTL ?? '', ['kustomize', folder]));

/** What the checker says of manifests; empty when all is well. */
export function complaints(text: string, words: readonly string[] = []): string {
  const { code, output, errors } = run(VALIDATE, ['--strict', ...words], text);
  return code === 0 ? '' : output + errors;
}

export const find = (objects: readonly Manifest[], kind: string, name?: string): Manifest => {
  const found = objects.find((each) => each.kind === kind && (name === undefined || each.metadata.name === name));
  if (!found) throw new Error(`there is no ${kind} ${name ?? ''}`);
  return found;
};
