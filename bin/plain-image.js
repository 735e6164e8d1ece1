#!/usr/bin/env node
// Makes in a plain folder what the Dockerfile makes in an image, for machines without a container engine:
//   node bin/plain-image.js FOLDER [NODE]
// FOLDER/kubarr becomes the tree of the image, readable for all and writable for nobody. NODE is the program that runs the
// steps (default: this one). What is not done: the user (start it as any ordinary one) and the programs helm and kubectl.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS, NODE_OPTIONS } from './node-flags.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The steps of the Dockerfile's stage `build`: copies from the checkout, and commands. */
export const BUILD = [
  { copy: ['.npmrc', 'package.json', 'package-lock.json'], to: './' },
  { run: 'npm ci --ignore-scripts' },
  { copy: ['nest-cli.json', 'tsconfig.json'], to: './' },
  { copy: ['apps'], to: 'apps' },
  { copy: ['libs'], to: 'libs' },
  { copy: ['migrations'], to: 'migrations' },
  { copy: ['bin/bundle.js'], to: 'bin/bundle.js' },
  { run: 'npm run build' },
  { run: 'npm ci --omit=dev --ignore-scripts' },
];

/** What the image itself takes from there, and from the checkout. */
export const RESULT = [
  { from: 'build', copy: ['package.json'], to: './' },
  { from: 'build', copy: ['node_modules'], to: 'node_modules' },
  { from: 'build', copy: ['dist'], to: 'dist' },
  { from: 'build', copy: ['apps/server/src/pages/assets'], to: 'apps/server/src/pages/assets' },
  { copy: ['LICENSE'], to: './' },
];

/** What the image sets for the process. Folders are those of a container; a plain start names its own. */
export const ENVIRONMENT = {
  NODE_ENV: 'production',
  MALLOC_ARENA_MAX: '2',
  NODE_OPTIONS,
  KUBARR_HOST: '0.0.0.0',
  KUBARR_STATE_DIR: '/var/lib/kubarr',
  KUBARR_STORAGE_PATH: '/data',
};

/** The start, relative to the tree. */
export const ENTRYPOINT = ['node', ...NODE_FLAGS, 'dist/apps/server/src/main.js'];

/** Does the steps and answers the folder of the result. @throws Error with the step that failed. */
export function makePlainImage(folder, node = process.execPath) {
  const build = mkdtempSync(join(folder, 'build-'));
  const result = join(folder, 'kubarr');
  const programs = join(build, '.programs');
  try {
    mkdirSync(programs);
    symlinkSync(resolve(node), join(programs, 'node'));
    // npm itself is found where this Node.js has it, and run by the one asked for.
    const PATH = [programs, dirname(process.execPath), process.env.PATH].join(':');
    for (const step of BUILD) {
      if (step.copy) copy(step, ROOT, build);
      else execute(step.run, build, { ...process.env, PATH });
    }
    mkdirSync(result);
    for (const step of RESULT) copy(step, step.from ? build : ROOT, result);
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
  takeWriting(result);
  return result;
}

function copy({ copy: sources, to }, from, into) {
  for (const source of sources) {
    const target = to === './' ? join(into, source) : join(into, to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(from, source), target, { recursive: true, verbatimSymlinks: true });
  }
}

function execute(command, cwd, env) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`);
}

/** Readable for all, writable for nobody. Links are left alone. */
function takeWriting(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) takeWriting(path);
    else if (entry.isFile()) chmodSync(path, path.includes('/bin/') ? 0o555 : 0o444);
  }
  chmodSync(folder, 0o555);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, node] = process.argv.slice(2);
  if (!folder) {
    console.error('Usage: node bin/plain-image.js FOLDER [NODE]');
    process.exit(2);
  }
  mkdirSync(folder, { recursive: true });
  console.log(makePlainImage(resolve(folder), node));
}
