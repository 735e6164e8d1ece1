import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** npm run bench -- NAME …: runs benchmarks one after the other; without a name it lists them. */
const folder = fileURLToPath(new URL('.', import.meta.url));
const known = readdirSync(folder).filter((name) => existsSync(`${folder}${name}/${name}.bench.ts`));
const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.some((name) => !known.includes(name))) {
  console.error(`usage: npm run bench -- NAME …\nnames: ${known.join(', ')}`);
  process.exit(2);
}
for (const name of wanted) {
  const file = `${folder}${name}/${name}.bench.ts`;
  const { status } = spawnSync(process.execPath, ['--import', '@swc-node/register/esm-register', file], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
