import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ProductPackage {
  /** Absolute path of the folder with its package.json. */
  readonly root: string;
  readonly version: string;
}

/** The package.json of the product in the nearest folder above this file, in the source tree or the compiled one. */
export function productPackage(directory = dirname(fileURLToPath(import.meta.url))): ProductPackage {
  const manifest = readManifest(directory);
  if (manifest?.name === 'kubarr') return { root: directory, version: manifest.version };
  const parent = dirname(directory);
  if (parent === directory) throw new Error('No package.json of the product in any parent folder');
  return productPackage(parent);
}

function readManifest(directory: string): { name: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name: string; version: string };
  } catch {
    return undefined; // none in this folder
  }
}
