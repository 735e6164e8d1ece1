import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The text of a file, by its path from the root of the project. */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Paths of the files below a folder, from the root of the project. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules'));
}

/** The TypeScript sources of the product, tests left out. */
export const sources = (): string[] =>
  ['apps', 'libs', 'migrations']
    .flatMap(filesBelow)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'));
