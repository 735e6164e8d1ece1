import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { read, ROOT } from './sources.js';

/** Set by `npm run docs`: the generated parts are written instead of compared. */
export const updatesDocuments = process.env['KUBARR_UPDATE_DOCS'] === '1';

/** Compares a file that is made from something else with what it should be, or writes it. */
export async function expectGeneratedFile(path: string, wanted: string): Promise<void> {
  const file = join(ROOT, path);
  const text = await format(wanted, { ...(await resolveConfig(file)), filepath: file });
  if (updatesDocuments) writeFileSync(file, text);
  else if (!existsSync(file) || read(path) !== text)
    throw new Error(`${path} is made from other files and is not up to date: npm run docs\n${differing(path, text)}`);
}

function differing(path: string, wanted: string): string {
  const found = existsSync(join(ROOT, path)) ? read(path).split('\n') : [];
  const line = wanted.split('\n').findIndex((each, position) => each !== found[position]);
  return `line ${line + 1}: there is "${found[line] ?? ''}", there should be "${wanted.split('\n')[line] ?? ''}"`;
}
