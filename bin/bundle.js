import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Joins what the compiler made of the server into one file, in its place: opening some hundred small files is a good part
 * of a start, more so on an SD card. Packages stay outside. What is imported at first use stays a file of its own.
 */
const MAIN = fileURLToPath(new URL('../dist/apps/server/src/main.js', import.meta.url));

await build({
  entryPoints: [MAIN],
  outdir: dirname(MAIN),
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  chunkNames: join('parts', '[name]-[hash]'),
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  keepNames: true, // names of classes are in logs and errors
  logLevel: 'warning',
});
