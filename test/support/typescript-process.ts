import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const repository = fileURLToPath(new URL('../../', import.meta.url));

export const underRoot = process.getuid?.() === 0;

/** A user and a group that exist on no machine. */
export const OTHER_USER = { uid: 4242, gid: 4242 };

/** Whether a test can start Node.js in this checkout as another user: it needs root, and a path that is open to others. */
export const canStartAsOthers =
  underRoot && spawnSync(process.execPath, ['--version'], { cwd: repository, ...OTHER_USER }).status === 0;

/**
 * A process to be killed: TypeScript modules can be imported in its script by their absolute path or URL, if they need no
 * metadata of decorators.
 */
export function startTypeScript(
  script: string,
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv; detached?: boolean } = {},
): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '--eval', compile(script)], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...options,
  });
}

/** Joins the script and its modules into one text: loading a compiler takes each process over a second. */
function compile(script: string): string {
  const { outputFiles } = buildSync({
    stdin: {
      contents: script.replaceAll(/'(file:[^']+)'/g, (_, url: string) => JSON.stringify(fileURLToPath(url))),
      resolveDir: repository,
    },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    tsconfig: `${repository}tsconfig.json`,
    write: false,
  });
  return outputFiles[0]!.text;
}

/** What it says first. Fails when it ends without a word. */
export async function firstLine(child: ChildProcess): Promise<string> {
  const ended = once(child, 'close').then(() => Promise.reject(new Error('The process ended without a word.')));
  ended.catch(() => undefined);
  const [text] = (await Promise.race([once(child.stdout!, 'data'), ended])) as [Buffer];
  return text.toString().trim();
}
