import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import configuration from '../.dependency-cruiser.js';

/**
 * Checks who imports whom: the rules of .dependency-cruiser.js (made from libs/areas.json) on files, and that no folders
 * of a library or of the application import one another in a circle. Type imports count. The root of a library does not:
 * it holds what its folders share and what joins them.
 */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const { forbidden, options } = configuration;
const FOLDERS = ['apps', 'libs', 'migrations', 'test', 'bench'];
const { output } = await cruise(FOLDERS, { ...options, validate: true, ruleSet: { forbidden } }, undefined, {
  tsConfig: extractTSConfig(options.tsConfig.fileName),
});

const problems = output.summary.violations.map(({ rule, from, to, cycle }) => {
  const way = cycle?.length ? [from, ...cycle.map(({ name }) => name)] : [from, to];
  return `${rule.name}: ${way.join(' -> ')}`;
});
for (const circle of circlesOfFolders(output.modules)) problems.push(`no-circles-of-folders: ${circle}`);

for (const problem of problems) console.error(problem);
if (problems.length > 0)
  console.error(`\n${problems.length} imports that libs/areas.json or CONTRIBUTING.md do not allow`);
else console.log(`${output.summary.totalCruised} files keep to the boundaries.`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** One line for each circle: the folders, and one import that leads from each to the next. */
function circlesOfFolders(modules) {
  const edges = new Map();
  for (const { source, dependencies } of modules) {
    if (!isInFolder(source)) continue;
    for (const { resolved } of dependencies) {
      const [from, to] = [dirname(source), dirname(resolved)];
      if (from === to || !isInFolder(resolved) || library(from) !== library(to)) continue;
      if (!edges.has(from)) edges.set(from, new Map());
      if (!edges.get(from).has(to)) edges.get(from).set(to, `${source} imports ${resolved}`);
    }
  }
  const circles = [];
  const done = new Set();
  const visit = (folder, way) => {
    if (way.includes(folder)) {
      const circle = [...way.slice(way.indexOf(folder)), folder];
      circles.push(
        circle
          .slice(1)
          .map((to, position) => edges.get(circle[position]).get(to))
          .join('; '),
      );
      return;
    }
    if (done.has(folder)) return;
    for (const to of edges.get(folder)?.keys() ?? []) visit(to, [...way, folder]);
    done.add(folder);
  };
  for (const folder of edges.keys()) visit(folder, []);
  return circles;
}

/** In a folder of a library, not in its root; tests do not count. */
function isInFolder(path) {
  const root = `${library(path)}/src`.replace(/(platform\/src\/[^/]+)\/src$/, '$1');
  return /^(libs|apps)\//.test(path) && dirname(path) !== root && !path.endsWith('.spec.ts');
}

/** `libs/auth` or `apps/server`; a topic of the platform counts as a library of its own. */
function library(path) {
  return /^libs\/platform\/src\/[^/]+|^(libs|apps)\/[^/]+/.exec(path)?.[0];
}
