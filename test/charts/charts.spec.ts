import { CLUSTER_ACCESS, ClusterConfig } from '@kubarr/kubernetes';
import { DatabaseConfig } from '@kubarr/platform/database';
import { HttpConfig } from '@kubarr/platform/http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import {
  complaints,
  describeWith,
  find,
  HELM_3,
  HELM_4,
  KUBECTL,
  kustomized,
  type Manifest,
  manifestText,
  rendered,
  renderedText,
  run,
  validatorIsThere,
} from '../support/cluster-tools.js';
import { filesBelow, read } from '../support/sources.js';
import { VARIABLES } from '../../apps/server/src/areas.js';
import { loadServerConfig } from '../../apps/server/src/server-config.js';

const CHARTS = ['kubarr', 'kubarr-database'];
const PROFILES = ['pi', 'mini', 'ha'];
const valueFiles = CHARTS.flatMap((chart) =>
  [
    `charts/${chart}/values.yaml`,
    ...['profiles', 'ci'].flatMap((folder) => filesBelow(`charts/${chart}/${folder}`)),
  ].map((file) => [chart, file] as const),
);
const EVERYTHING = ['--values', 'charts/kubarr/ci/everything-values.yaml'];

/** What pod security refuses by the user's own choice of a volume, so these renderings are checked against less. */
const SECURITY: Record<string, string> = {
  'charts/kubarr/ci/external-values.yaml': 'baseline',
  'charts/kubarr/ci/hostpath-values.yaml': 'none',
};

/** What the program demands of some secrets. */
const SECRETS: Record<string, string> = { KUBARR_SECRET_KEY: 'ab'.repeat(32), KUBARR_DB_PORT: '5432' };

/** Both Helms, by name. */
const helms = [
  ['Helm 4', HELM_4],
  ['Helm 3', HELM_3],
] as const;

describeWith({ 'Helm 3': HELM_3, 'Helm 4': HELM_4 })('The charts', () => {
  describe.each(helms)('with %s', (_, helm) => {
    it.each(valueFiles)('%s lints and renders with %s', (chart, file) => {
      const lint = run(helm ?? '', ['lint', '--strict', `charts/${chart}`, '--values', file, '--namespace', 'kubarr']);
      expect([lint.code, lint.code === 0 ? '' : lint.output + lint.errors]).toEqual([0, '']);
      expect(rendered(chart, ['--values', file], helm).length).toBeGreaterThan(0);
    });
  });

  it.each(valueFiles)('%s renders the same with both for %s', (chart, file) => {
    const words = ['--values', file, ...(chart === 'kubarr' ? ['--set', 'secretKey.existingSecret=fixed'] : [])];
    expect(rendered(chart, words, HELM_3)).toEqual(rendered(chart, words, HELM_4));
  });

  it.each([
    ['a value that does not exist', ['replica=2'], /replica/],
    ['a variable that does not exist', ['config.KUBARR_AUDIT_RETENTION=3'], /KUBARR_AUDIT_RETENTION/],
    ['a number out of bounds', ['config.KUBARR_DB_MAX_CONNECTIONS=1000'], /KUBARR_DB_MAX_CONNECTIONS.*100/s],
    ['bytes with a unit', ['config.KUBARR_STORAGE_QUOTA_BYTES=2TB'], /KUBARR_STORAGE_QUOTA_BYTES/],
    ['a choice that is none', ['config.KUBARR_LOG_LEVEL=loud'], /KUBARR_LOG_LEVEL/],
    ['hostPath without a path', ['storage.type=hostPath'], /hostPath.*path/s],
    ['nfs without a server', ['storage.type=nfs'], /nfs.*server/s],
    ['existingClaim without a name', ['storage.type=existingClaim'], /existingClaim/],
    ['a storage type that is none', ['storage.type=s3'], /storage.*type/s],
    ['an external database without a host', ['database.mode=external'], /external.*host/s],
    ['the tag latest', ['image.tag=latest'], /image.*tag/s],
    ['a digest that is none', ['image.digest=sha256:123'], /image.*digest/s],
    ['an Ingress without a host', ['ingress.enabled=true'], /ingress.*hosts/s],
    ['a route without a gateway', ['httpRoute.enabled=true', 'httpRoute.hostnames={a.example.org}'], /parentRefs/],
    ['a host name with a path', ['ingress.enabled=true', 'ingress.hosts={a.example.org/x}'], /ingress.*hosts/s],
    ['a size without a unit', ['storage.pvc.size=20'], /size/],
    [
      'two replicas on one volume',
      ['replicas=2'],
      /replicas: a volume with ReadWriteOnce can be mounted on one node only/,
    ],
    [
      'two replicas with the embedded database',
      ['replicas=2', 'database.mode=embedded', 'storage.type=none'],
      /replicas: the embedded PostgreSQL belongs to one process/,
    ],
    ['apps without namespaces', ['rbac.install.enabled=true'], /rbac.install.namespaces: name the namespaces/],
    [
      'our own namespace for apps',
      ['rbac.install.enabled=true', 'rbac.install.namespaces={kubarr}'],
      /kubarr is the namespace of Kubarr and its database/,
    ],
    [
      'roles for an account that is not named',
      ['serviceAccount.create=false'],
      /serviceAccount.name: name the account that you made/,
    ],
    ['a variable of the program in extraEnv', ['extraEnv[0].name=KUBARR_PORT', 'extraEnv[0].value=x'], /extraEnv/],
    ['a size of the heap in extraEnv', ['extraEnv[0].name=NODE_OPTIONS', 'extraEnv[0].value=x'], /extraEnv/],
    ['kube-system for apps', ['rbac.install.enabled=true', 'rbac.install.namespaces={kube-system}'], /namespaces/],
  ])('kubarr refuses %s, and says which value it is', (_, values, sentence) => {
    expectRefused('kubarr', values, sentence);
  });

  it.each([
    ['a parameter as a boolean', ['parameters.jit=false'], /jit/],
    ['a schedule of five fields', ['backup.objectStore.schedule=30 3 * * 0'], /schedule/],
    ['an object store without a place', ['backup.objectStore.enabled=true'], /destinationPath/],
    ['a dump without a claim', ['backup.dump.enabled=true'], /existingClaim/],
    ['a budget with one server', ['enablePDB=true'], /enablePDB: with one server the budget would block every drain/],
    ['waiting for nobody', ['synchronous.enabled=true'], /synchronous.enabled: there is nobody to wait for/],
    [
      'two servers that must both be there',
      ['instances=2', 'synchronous.dataDurability=required'],
      /synchronous.dataDurability: with two servers/,
    ],
    [
      'a recovery into its own archive',
      [
        'recovery.from=objectStore',
        'recovery.serverName=kubarr-db',
        'backup.objectStore.enabled=true',
        'backup.objectStore.destinationPath=s3://x/',
      ],
      /recovery.serverName: the new Cluster would write into the archive/,
    ],
    [
      'a PostgreSQL without the locale',
      ['imageName=ghcr.io/cloudnative-pg/postgresql:16.9-minimal-trixie'],
      /imageName/,
    ],
    ['the image latest', ['imageName=ghcr.io/cloudnative-pg/postgresql:latest'], /imageName/],
  ])('kubarr-database refuses %s, and says which value it is', (_, values, sentence) => {
    expectRefused('kubarr-database', values, sentence);
  });

  function expectRefused(chart: string, values: readonly string[], sentence: RegExp): void {
    const words = values.flatMap((value) => ['--set', value]);
    for (const helm of [HELM_3, HELM_4]) {
      const { code, errors } = run(helm ?? '', ['template', 'x', `charts/${chart}`, '--namespace', 'kubarr', ...words]);
      expect(code).not.toBe(0);
      expect(errors).toMatch(sentence);
    }
  }

  describe('The environment of the pod', () => {
    const environmentOf = (words: readonly string[]): { name: string; value?: string; valueFrom?: any }[] =>
      find(rendered('kubarr', words), 'Deployment')['spec'].template.spec.containers[0].env;
    const known: string[] = VARIABLES.map(({ name }) => name);
    const ci = filesBelow('charts/kubarr/ci');

    it.each(ci)('of %s holds variables of the program only, each once', (file) => {
      const names = environmentOf(['--values', file]).map(({ name }) => name);
      expect(names.filter((name) => !known.includes(name) && !['NODE_OPTIONS', 'TZ'].includes(name))).toEqual([]);
      expect(names).toEqual([...new Set(names)]);
    });

    it('can hold every variable that the chart does not leave to the image or to nobody', () => {
      const given = parse(read('charts/kubarr/environment.yaml')) as Record<string, { by?: string }>;
      const leftOut = Object.keys(given).filter((name) => /^(nobody|the image)/.test(given[name]?.by ?? ''));
      const values = parse(read('charts/kubarr/values.yaml')) as Record<'config' | 'secretConfig', object>;
      const choice = (name: string): string | number => {
        const allowed = VARIABLES.find((each) => each.name === name)?.allowed ?? '';
        return /, .* or /.test(allowed) ? 'info' : /whole number/.test(allowed) ? 1000 : '1000';
      };
      const overlay = {
        config: Object.fromEntries(
          Object.entries(values.config).map(([name, fallback]) => [name, fallback === '' ? choice(name) : fallback]),
        ),
        secretConfig: Object.fromEntries(
          Object.keys(values.secretConfig).map((name) => [name, { name: 'some-secret', key: '' }]),
        ),
      };
      const pooler = ['--set', 'database.cnpg.pooler.enabled=true'];
      const folder = mkdtempSync(join(tmpdir(), 'kubarr-values-'));
      const file = join(folder, 'values.yaml');
      writeFileSync(file, stringify(overlay));
      const names = environmentOf(['--values', file, ...pooler]);
      rmSync(folder, { recursive: true });
      const missing = known.filter((name) => !leftOut.includes(name) && !names.some((each) => each.name === name));
      expect(missing).toEqual([]);
    });

    it('writes large numbers in full, from a file and from the command line', () => {
      const quota = (words: readonly string[]): string | undefined =>
        environmentOf(words).find(({ name }) => name === 'KUBARR_STORAGE_QUOTA_BYTES')?.value;
      expect(quota(['--set', 'config.KUBARR_STORAGE_QUOTA_BYTES=2000000000000'])).toBe('2000000000000');
      expect(quota(['--set-json', 'config.KUBARR_STORAGE_QUOTA_BYTES=2000000000000'])).toBe('2000000000000');
      expect(quota([])).toBe('0');
    });

    it('gives the program what it accepts', () => {
      for (const name of [
        ...PROFILES.map((each) => `profiles/${each}`),
        'ci/everything-values',
        'ci/external-values',
      ]) {
        const environment: Record<string, string> = {};
        for (const each of environmentOf(['--values', `charts/kubarr/${name}.yaml`]))
          environment[each.name] = (each.value ?? SECRETS[each.name] ?? 'from-a-secret-of-some-length').replace(
            /\$\((\w+)\)/g, // as the kubelet does: only names from further up
            (reference, other: string) => environment[other] ?? reference,
          );
        const config = loadServerConfig({ KUBERNETES_SERVICE_HOST: '10.96.0.1', ...environment });
        expect(config.get(HttpConfig)).toMatchObject({ host: '0.0.0.0', port: 8000 });
        expect([config.get(DatabaseConfig).target?.tls, config.get(DatabaseConfig).directTarget?.tls]).toEqual([
          'verify-full',
          'verify-full',
        ]);
        expect(config.get(ClusterConfig).inCluster).toBe(true);
      }
    });

    it('has the defaults of the program where the chart shows a number', () => {
      const config = (parse(read('charts/kubarr/values.yaml')) as { config: Record<string, unknown> }).config;
      for (const { name, defaultText } of VARIABLES)
        if (typeof config[name] === 'number') expect([name, String(config[name])]).toEqual([name, defaultText]);
    });
  });

  describe('What the service account may do', () => {
    const rules = (objects: readonly Manifest[], kind: string, name: string): unknown =>
      find(objects, kind, name)['rules'];

    it('is what the code lists, part by part, and nothing else', () => {
      const objects = rendered('kubarr', EVERYTHING);
      expect(rules(objects, 'ClusterRole', 'kubarr-kubarr-backend-read')).toEqual(CLUSTER_ACCESS.read.rules);
      expect(rules(objects, 'Role', 'kubarr-backend-database')).toEqual(CLUSTER_ACCESS.database.rules);
      const installs = objects.filter(({ kind, metadata }) => kind === 'Role' && metadata.name.endsWith('-install'));
      expect(installs.map(({ metadata }) => metadata.namespace)).toEqual(['jellyfin', 'sonarr']);
      for (const each of installs) expect(each['rules']).toEqual(CLUSTER_ACCESS.install.rules);
      expect(objects.filter(({ kind }) => /^(Cluster)?Role$/.test(kind))).toHaveLength(4);
    });

    it('holds no way to more', () => {
      for (const part of Object.values(CLUSTER_ACCESS))
        for (const { apiGroups, resources, verbs } of part.rules as readonly {
          apiGroups: readonly string[];
          resources: readonly string[];
          verbs: readonly string[];
        }[]) {
          expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
          for (const word of ['escalate', 'bind', 'impersonate']) expect(verbs).not.toContain(word);
          for (const word of ['pods/exec', 'pods/attach', 'nodes/proxy', 'roles', 'clusterroles', 'rolebindings'])
            expect(resources).not.toContain(word);
          if (resources.includes('namespaces')) expect(verbs).toEqual(['get', 'list', 'watch']);
          if (resources.includes('secrets')) expect(part.scope).toBe('apps');
        }
    });

    it('is nothing without rbac.create, and only reading by default', () => {
      const roles = (words: readonly string[]): string[] =>
        rendered('kubarr', words)
          .filter(({ kind }) => /^(Cluster)?Role$/.test(kind))
          .map(({ metadata }) => metadata.name);
      expect(roles(['--set', 'rbac.create=false'])).toEqual([]);
      expect(roles([])).toEqual(['kubarr-kubarr-read', 'kubarr-database']);
      expect(roles(['--set', 'rbac.read=false', '--set', 'rbac.database=false'])).toEqual([]);
    });
  });

  describe('The objects', () => {
    const deployment = (words: readonly string[] = []): any => find(rendered('kubarr', words), 'Deployment')['spec'];

    it('wait for the database in front of the program, except with the embedded one', () => {
      const { initContainers, containers } = deployment().template.spec;
      expect(initContainers[0].args).toEqual(['migrate', '--wait=300']);
      expect(initContainers[0].env).toEqual(containers[0].env);
      expect(deployment(['--values', 'charts/kubarr/ci/embedded-values.yaml']).template.spec).not.toHaveProperty(
        'initContainers',
      );
    });

    it('replace a pod before the next one starts only where its volume demands it', () => {
      expect(deployment().strategy).toEqual({ type: 'Recreate' });
      expect(deployment(['--values', 'charts/kubarr/profiles/ha.yaml']).strategy.rollingUpdate).toEqual({
        maxSurge: 1,
        maxUnavailable: 0,
      });
    });

    it('never ask the database whether the process lives', () => {
      const [container] = deployment().template.spec.containers;
      expect(container.livenessProbe.httpGet.path).toBe('/api/health');
      expect(container.readinessProbe.httpGet.path).toBe('/api/health/ready');
    });

    it('mount the certificate of the operator without its private key', () => {
      const ca = deployment().template.spec.volumes.find((volume: any) => volume.name === 'database-ca');
      expect(ca.secret).toEqual({ secretName: 'kubarr-db-ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] });
    });

    it('go around a pooler for migrations and LISTEN', () => {
      const env = Object.fromEntries(
        deployment(['--set', 'database.cnpg.pooler.enabled=true']).template.spec.containers[0].env.map((each: any) => [
          each.name,
          each.value ?? each.valueFrom,
        ]),
      );
      expect(env.KUBARR_DB_HOST).toBe('kubarr-db-pooler-rw');
      expect(env.KUBARR_DB_DIRECT_URL).toBe(
        'postgres://$(KUBARR_DB_USER):$(KUBARR_DB_PASSWORD)@kubarr-db-rw:$(KUBARR_DB_PORT)/$(KUBARR_DB_NAME)?sslmode=verify-full',
      );
    });

    it('take another way around a pooler when one is given, once', () => {
      const place = { name: 'KUBARR_DB_DIRECT_URL', valueFrom: { secretKeyRef: { name: 'direct', key: 'url' } } };
      for (const mode of [
        ['database.cnpg.pooler.enabled=true'],
        ['database.mode=external', 'database.external.host=pooler', 'database.external.existingSecret=login'],
      ]) {
        const given = ['secretConfig.KUBARR_DB_DIRECT_URL.name=direct', 'secretConfig.KUBARR_DB_DIRECT_URL.key=url'];
        const [container] = deployment([...mode, ...given].flatMap((value) => ['--set', value])).template.spec
          .containers;
        expect(container.env.filter(({ name }: any) => name === place.name)).toEqual([place]);
      }
    });

    it.each([
      ['pvc', [], { persistentVolumeClaim: { claimName: 'kubarr-data' } }],
      ['existingClaim', ['storage.existingClaim=mine'], { persistentVolumeClaim: { claimName: 'mine' } }],
      ['nfs', ['storage.nfs.server=nas', 'storage.nfs.path=/media'], { nfs: { server: 'nas', path: '/media' } }],
      ['hostPath', ['storage.hostPath.path=/srv'], { hostPath: { path: '/srv', type: 'Directory' } }],
      ['none', [], { emptyDir: {} }],
    ])('mount the files as %s', (type, values, wanted) => {
      const words = [`storage.type=${type}`, ...values].flatMap((value) => ['--set', value]);
      const volume = deployment(words).template.spec.volumes.find((each: any) => each.name === 'data');
      expect(volume).toEqual({ name: 'data', ...wanted });
      const mounts = deployment(words).template.spec.containers[0].volumeMounts;
      // Files in a folder that goes with the pod would be lost.
      expect(mounts.find((each: any) => each.name === 'data')).toMatchObject({ readOnly: type === 'none' });
      const claims = rendered('kubarr', words).filter(({ kind }) => kind === 'PersistentVolumeClaim');
      expect(claims.map(({ metadata }) => metadata.annotations)).toEqual(
        type === 'pvc' ? [{ 'helm.sh/resource-policy': 'keep' }] : [],
      );
    });

    it('select by what never changes', () => {
      const immutable = ['app.kubernetes.io/component', 'app.kubernetes.io/instance', 'app.kubernetes.io/name'];
      for (const each of rendered('kubarr', EVERYTHING)) {
        const selector = each.kind === 'Service' ? each['spec'].selector : each['spec']?.selector?.matchLabels;
        if (each.kind === 'ServiceMonitor' || !selector) continue;
        expect([each.kind, Object.keys(selector as object).sort()]).toEqual([each.kind, immutable]);
      }
    });

    it('make a budget for drains only with more than one replica', () => {
      const budgets = (words: readonly string[]): number =>
        rendered('kubarr', words).filter(({ kind }) => kind === 'PodDisruptionBudget').length;
      expect(budgets([])).toBe(0);
      expect(budgets(['--values', 'charts/kubarr/profiles/ha.yaml'])).toBe(1);
    });

    it('route the host of Kubarr and the wildcard of the apps, by Ingress and by HTTPRoute', () => {
      const objects = rendered('kubarr', EVERYTHING);
      const hosts = ['kubarr.example.org', '*.apps.example.org'];
      expect(find(objects, 'Ingress')['spec'].rules.map((rule: any) => rule.host)).toEqual(hosts);
      expect(find(objects, 'HTTPRoute')['spec'].hostnames).toEqual(hosts);
    });

    it('give each alert the address of its runbook', () => {
      const groups = find(rendered('kubarr', EVERYTHING), 'PrometheusRule')['spec'].groups;
      const alerts = groups.flatMap((group: any) => group.rules);
      expect(alerts.length).toBeGreaterThan(15);
      for (const { alert, annotations } of alerts)
        expect(annotations.runbook_url).toMatch(new RegExp(`^https://.*/docs/runbooks/${alert}\\.md$`));
    });

    it('carry the dashboards unchanged', () => {
      const maps = rendered('kubarr', EVERYTHING).filter(({ kind }) => kind === 'ConfigMap');
      expect(maps).toHaveLength(2);
      for (const { data, metadata } of maps) {
        expect(metadata.labels?.['grafana_dashboard']).toBe('1');
        for (const [name, text] of Object.entries(data as Record<string, string>))
          expect(JSON.parse(text)).toEqual(JSON.parse(read(`charts/kubarr/dashboards/${name}`)));
      }
    });

    it('hold a secret key that no rendering can replace', () => {
      expect(find(rendered('kubarr'), 'Secret')).toMatchObject({
        immutable: true,
        metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
      });
    });

    it.each([
      [['rbac.create=true'], true],
      [['rbac.create=false'], false],
      [['rbac.create=false', 'serviceAccount.create=false', 'serviceAccount.name=made-by-hand'], true],
    ])('reach the Kubernetes API exactly when they hold a token for it: %j', (values, wanted) => {
      const words = values.flatMap((value) => ['--set', value]);
      expect(deployment(words).template.spec.automountServiceAccountToken).toBe(wanted);
      const rules = find(rendered('kubarr', words), 'NetworkPolicy')['spec'].egress as { ports?: { port: number }[] }[];
      expect(rules.some(({ ports = [] }) => ports.some(({ port }) => port === 6443))).toBe(wanted);
    });

    it('pass the token to Prometheus when figures ask for one', () => {
      const monitor = find(rendered('kubarr', EVERYTHING), 'ServiceMonitor');
      expect(monitor['spec'].endpoints[0].authorization.credentials).toEqual({ name: 'kubarr-metrics', key: 'token' });
    });

    it('say after the installation what to do next', () => {
      const notes = (words: readonly string[]): string => {
        const text = run(HELM_4 ?? '', [
          ...['install', 'kubarr', 'charts/kubarr', '--namespace', 'kubarr', '--dry-run=client', ...words],
        ]).output;
        return text.slice(text.indexOf('\nNOTES:'));
      };
      expect(notes([])).toMatch(/rollout status deployment\/kubarr[^]*setup\?token=[^]*port-forward[^]*Keep a copy/);
      expect(notes(EVERYTHING)).toMatch(/https:\/\/kubarr\.example\.org/);
      const route = [
        'httpRoute.enabled=true',
        'httpRoute.parentRefs[0].name=home',
        'httpRoute.hostnames={a.example.org}',
      ];
      const behindGateway = notes(
        [...route, 'config.KUBARR_PUBLIC_URL=https://a.example.org'].flatMap((each) => ['--set', each]),
      );
      expect(behindGateway).toMatch(/below https:\/\/a\.example\.org$/m);
      expect(notes(EVERYTHING)).not.toMatch(/Keep a copy|TRUSTED_PROXIES/);
    });
  });

  it.each(PROFILES)('show the numbers of profile %s in both READMEs as they are rendered', (profile) => {
    const cluster = find(rendered('kubarr-database', profileWords('kubarr-database', profile)), 'Cluster')['spec'];
    const table = read('charts/kubarr-database/README.md');
    const column = PROFILES.indexOf(profile) + 2;
    const cell = (name: string): string | undefined =>
      table
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\` `))
        ?.split('|')
        [column]?.trim();
    for (const [name, value] of Object.entries(cluster.postgresql.parameters as Record<string, string>))
      expect([name, cell(`parameters.${name}`) ?? 'missing']).toEqual([
        name,
        cell(`parameters.${name}`) === 'default' ? 'default' : value,
      ]);
    expect(cell('resources.memory')).toBe(cluster.resources.limits.memory);
    expect(cell('storage.size')).toBe(cluster.storage.size);
    expect(cell('walStorage.size')).toBe(cluster.walStorage.size);
  });
});

describeWith({ 'Helm 4': HELM_4 })('The README', () => {
  it('has commands that print what each profile gets', () => {
    const commands = [...read('charts/kubarr/README.md').matchAll(/^for profile in .*$/gm)].map(([line]) => line);
    expect(commands).toHaveLength(2);
    const [program = '', database = ''] = commands.map((line) => {
      const { code, output, errors } = run('bash', ['-c', `helm() { '${HELM_4}' "$@"; }\n${line}`]);
      expect([code, errors]).toEqual([0, '']);
      return output;
    });
    // The review's resource table, as corrected: request and limit of memory in each profile.
    const memory = (text: string): string[] => [...text.matchAll(/memory: (\w+)/g)].map(([, size = '']) => size);
    expect(memory(database)).toEqual(['384Mi', '384Mi', '512Mi', '512Mi', '1Gi', '1Gi']);
    expect(memory(program)).toEqual(['320Mi', '160Mi', '384Mi', '192Mi', '512Mi', '256Mi']);
  });
});

const profileWords = (chart: string, profile: string): string[] => [
  '--values',
  `charts/${chart}/profiles/${profile}.yaml`,
];

describeWith({ 'Helm 3': HELM_3, 'Helm 4': HELM_4, 'the manifest checker': validatorIsThere })(
  'Every rendering, by the manifest checker,',
  () => {
    it.each(valueFiles)('%s with %s', (chart, file) => {
      // Made by hand before, as the file says: it is in no stream of ours.
      const byHand = file.includes('hostpath')
        ? '---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: made-by-hand, namespace: kubarr }\n'
        : '';
      const text = renderedText(chart, ['--values', file]) + byHand;
      expect(complaints(text, ['--pss', SECURITY[file] ?? 'restricted'])).toBe('');
    });

    it.each(PROFILES)('both charts together in profile %s', (profile) => {
      const text = CHARTS.map((chart) => renderedText(chart, profileWords(chart, profile))).join('---\n');
      expect(complaints(text)).toBe('');
    });

    it.each(PROFILES)('the chart of Kubarr with the overlay %s of Kustomize', (profile) => {
      expect(KUBECTL).toBeDefined();
      const overlay = manifestText(...kustomized(`cnpg/overlays/${profile}`));
      expect(complaints(`${renderedText('kubarr', profileWords('kubarr', profile))}---\n${overlay}`)).toBe('');
    });
  },
);
