import { AlertType } from '@kubarr/alerts';
import { AuditAction } from '@kubarr/audit';
import { Setting } from '@kubarr/settings';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AREAS, CONFIGS } from '../../apps/server/src/areas.js';
import { read, ROOT, sources } from '../support/sources.js';

/** What the files with this ending export, by file and name. */
async function exportsOf(ending: string): Promise<[name: string, value: unknown][]> {
  const files = sources().filter((path) => path.endsWith(ending));
  const modules = await Promise.all(
    files.map(async (path) => [path, (await import(pathToFileURL(join(ROOT, path)).href)) as object] as const),
  );
  return modules.flatMap(([path, module]) =>
    Object.entries(module).map(([name, value]): [string, unknown] => [`${path} ${name}`, value]),
  );
}

const isDeclarationOf =
  (kind: typeof AuditAction | typeof AlertType | typeof Setting) =>
  ([, value]: [string, unknown]): boolean =>
    typeof value === 'object' && value !== null && Object.values(value).every((each) => each instanceof kind);

describe('The list of areas', () => {
  it('has the module of every area', async () => {
    const { areas } = JSON.parse(read('libs/areas.json')) as { areas: { name: string }[] };
    const assembled = new Set<unknown>(AREAS.map(({ module }) => module));
    const declared = (
      await Promise.all(areas.map(({ name }) => exportsOf(`libs/${name}/src/${name}.module.ts`)))
    ).flat();
    expect(declared.length).toBeGreaterThan(9);
    expect(declared.filter(([, value]) => !assembled.has(value)).map(([name]) => name)).toEqual([]);
  });

  it('has the audit actions of every *.actions.ts', async () => {
    const assembled = new Set<unknown>(AREAS.flatMap(({ actions = [] }) => actions));
    const declared = (await exportsOf('.actions.ts')).filter(isDeclarationOf(AuditAction));
    expect(declared.length).toBeGreaterThan(10);
    expect(declared.filter(([, value]) => !assembled.has(value)).map(([name]) => name)).toEqual([]);
  });

  it('has the alerts of every *.alerts.ts', async () => {
    const assembled = new Set<unknown>(AREAS.flatMap(({ alerts = [] }) => alerts));
    const declared = (await exportsOf('.alerts.ts')).filter(isDeclarationOf(AlertType));
    expect(declared.length).toBeGreaterThan(1);
    expect(declared.filter(([, value]) => !assembled.has(value)).map(([name]) => name)).toEqual([]);
  });

  it('has the configuration class of every *.config.ts', async () => {
    const assembled = new Set<unknown>(CONFIGS);
    const declared = (await exportsOf('.config.ts')).filter(([, value]) => typeof value === 'function');
    expect(declared.length).toBeGreaterThan(10);
    expect(declared.filter(([, value]) => !assembled.has(value)).map(([name]) => name)).toEqual([]);
  });

  it('has the settings of every *.settings.ts', async () => {
    const assembled = new Set<unknown>(AREAS.flatMap(({ settings = [] }) => settings));
    const declared = (await exportsOf('.settings.ts')).filter(isDeclarationOf(Setting));
    expect(declared.length).toBeGreaterThan(1);
    expect(declared.filter(([, value]) => !assembled.has(value)).map(([name]) => name)).toEqual([]);
  });
});
