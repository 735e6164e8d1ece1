import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with the package.json of the product, above the compiled as well as above the source tree. */
export function productRoot(from = dirname(fileURLToPath(import.meta.url))): string {
  if (nameOfPackage(from) === 'kubarr') return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('The product is not in a folder with its package.json');
  return productRoot(parent);
}

function nameOfPackage(directory: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: string }).name;
  } catch {
    return undefined; // none in this folder
  }
}
