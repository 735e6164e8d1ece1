import { isDeepStrictEqual } from 'node:util';
import {
  complaints,
  describeWith,
  find,
  HELM_4,
  KUBECTL,
  kustomized,
  manifestText,
  type Manifest,
  rendered,
  validatorIsThere,
} from '../support/cluster-tools.js';
import { expectGeneratedFile } from '../support/generated.js';

const PROFILES = ['pi', 'mini', 'ha'];
const CHART = 'kubarr-database';
const HEAD = '# Made from charts/kubarr-database (npm run docs:cnpg); change the numbers there.\n';

/** The components of Kustomize and the values that mean the same in the chart. */
const COMPONENTS: Record<string, readonly string[]> = {
  'backup-s3': ['backup.objectStore.enabled=true', 'backup.objectStore.destinationPath=s3://kubarr-backups/'],
  'backup-snapshot': ['backup.snapshot.enabled=true'],
  dump: ['backup.dump.enabled=true', 'backup.dump.existingClaim=kubarr-db-dumps'],
  pooler: ['pooler.enabled=true'],
  monitoring: ['monitoring.podMonitor.enabled=true'],
  'network-policy': ['networkPolicy.enabled=true'],
};
const RECOVERIES: Record<string, readonly string[]> = {
  'object-store': [...(COMPONENTS['backup-s3'] ?? []), 'recovery.from=objectStore', 'recovery.serverName=kubarr-db'],
  snapshot: ['recovery.from=snapshot', 'recovery.snapshotName=kubarr-db-snapshot-20260301030000'],
  backup: ['recovery.from=backup', 'recovery.backupName=kubarr-db-snapshot-20260301030000'],
};

/** What the chart renders for a profile and some values, without what only Helm writes. */
const fromChart = (profile: string, values: readonly string[] = []): Manifest[] =>
  rendered(CHART, [
    ...['--values', `charts/${CHART}/profiles/${profile}.yaml`, '--set', 'networkPolicy.enabled=false'],
    ...values.flatMap((value) => ['--set', value]),
  ]).map(withoutHelm);

const BY_HELM = /^(helm\.sh|app\.kubernetes\.io)\//;

function withoutHelm({ metadata, ...rest }: Manifest): Manifest {
  const { name } = metadata;
  return JSON.parse(
    JSON.stringify({ ...rest, metadata: { name } }, (key, value: unknown) =>
      key === 'labels'
        ? Object.fromEntries(Object.entries(value as object).filter(([label]) => !BY_HELM.test(label)))
        : value,
    ),
  ) as Manifest;
}

/** Without namespace, so that both ways compare. */
const bare = ({ metadata: { name }, ...rest }: Manifest): Manifest => ({ ...rest, metadata: { name } });
const sorted = (objects: readonly Manifest[]): Manifest[] =>
  objects.map(bare).sort((one, other) => (one.kind + one.metadata.name < other.kind + other.metadata.name ? -1 : 1));

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The merge patch that makes `to` of `from`; a key that must go becomes null, as Kustomize wants it. */
function patch(from: Tree, to: Tree): Tree {
  const changes: Tree = {};
  for (const key of Object.keys(from)) if (!(key in to)) changes[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const before = from[key];
    if (isTree(before) && isTree(value)) {
      const inner = patch(before, value);
      if (Object.keys(inner).length > 0) changes[key] = inner;
    } else if (!isDeepStrictEqual(before, value)) changes[key] = value;
  }
  return changes;
}

/** What two trees have in common. */
function common(one: Tree, other: Tree): Tree {
  const shared: Tree = {};
  for (const [key, value] of Object.entries(one)) {
    const second = other[key];
    if (isTree(value) && isTree(second)) {
      const inner = common(value, second);
      if (Object.keys(inner).length > 0) shared[key] = inner;
    } else if (isDeepStrictEqual(value, second)) shared[key] = value;
  }
  return shared;
}

const spec = (objects: readonly Manifest[]): Tree => find(objects, 'Cluster')['spec'] as Tree;
const clusterFile = (content: Tree, name = 'kubarr-db'): string =>
  HEAD + manifestText({ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name }, spec: content });
const objectsFile = (objects: readonly Manifest[]): string => HEAD + manifestText(...objects);

describeWith({ 'Helm 4': HELM_4, kubectl: KUBECTL })('The manifests in cnpg/', () => {
  it('have in the base what all profiles have in common', async () => {
    const base = PROFILES.map((profile) => spec(fromChart(profile))).reduce(common);
    await expectGeneratedFile('cnpg/base/cluster.yaml', clusterFile(base));
  });

  it.each(PROFILES)('have the numbers of the chart in profile %s', async (profile) => {
    const wanted = fromChart(profile);
    const base = PROFILES.map((each) => spec(fromChart(each))).reduce(common);
    await expectGeneratedFile(`cnpg/overlays/${profile}/cluster.yaml`, clusterFile(patch(base, spec(wanted))));
    expect(sorted(kustomized(`cnpg/overlays/${profile}`))).toEqual(sorted(wanted));
  });

  it.each(Object.entries(COMPONENTS))('have in component %s what the chart has', async (name, values) => {
    const without = fromChart('mini');
    const wanted = fromChart('mini', values);
    const added = wanted.filter(({ kind }) => kind !== 'Cluster');
    await expectGeneratedFile(`cnpg/components/${name}/objects.yaml`, objectsFile(added));
    const change = patch(spec(without), spec(wanted));
    if (Object.keys(change).length > 0)
      await expectGeneratedFile(`cnpg/components/${name}/cluster.yaml`, clusterFile(change));
  });

  it.each(Object.entries(RECOVERIES))('recover from %s as the chart does', async (name, values) => {
    const isStore = name === 'object-store';
    const before = fromChart('mini', isStore ? COMPONENTS['backup-s3'] : []);
    const wanted = fromChart('mini', ['clusterName=kubarr-db-2', ...values]);
    await expectGeneratedFile(
      `cnpg/recovery/${name}/cluster.yaml`,
      clusterFile(patch(spec(before), spec(wanted)), 'kubarr-db-2'),
    );
    expect(sorted(kustomized(`cnpg/recovery/${name}`))).toEqual(sorted(wanted));
  });
});

const manifests = [
  ...PROFILES.map((profile) => `cnpg/overlays/${profile}`),
  ...Object.keys(RECOVERIES).map((name) => `cnpg/recovery/${name}`),
  'cnpg/restore/dump',
  'cnpg/restore/embedded',
];
describeWith({ kubectl: KUBECTL, 'the manifest checker': validatorIsThere })('Every overlay in cnpg/', () => {
  it.each(manifests)('%s is valid', (folder) => {
    expect(complaints(manifestText(...kustomized(folder)))).toBe('');
  });
});
