#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RESULT = join(ROOT, 'dist/apps/server/src/main.js');
const SOURCES = ['apps/server', 'libs', 'migrations', 'package.json', 'tsconfig.json', 'nest-cli.json'];

/** Compiles the server when there is no compiled one, or when a source is newer. Without sources (an image) never. */
export function buildWhenNeeded() {
  const builder = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
  const builtAt = existsSync(RESULT) ? statSync(RESULT).mtimeMs : -Infinity;
  if (!existsSync(builder) || newest(SOURCES.map((name) => join(ROOT, name))) <= builtAt) return;
  console.error('Building Kubarr, which takes some seconds …');
  for (const step of [[builder, 'build', '-b', 'tsc'], [join(ROOT, 'bin/bundle.js')]]) {
    const { status } = spawnSync(process.execPath, step, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status === 0) continue;
    console.error('Kubarr could not be built; npm run build shows why.');
    process.exit(1);
  }
}

/** Time of the youngest source, in milliseconds since the epoch. Tests do not count. */
function newest(paths) {
  return Math.max(
    ...paths
      .filter((path) => existsSync(path))
      .map((path) => {
        const facts = statSync(path);
        if (!facts.isDirectory()) return path.endsWith('.spec.ts') ? 0 : facts.mtimeMs;
        return newest(readdirSync(path).map((name) => join(path, name)));
      }),
    0,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildWhenNeeded();
