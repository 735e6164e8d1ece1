import {
  describeWith,
  find,
  HELM_4,
  KUBECTL,
  kustomized,
  manifestText,
  outputOf,
  rendered,
  renderedText,
  run,
} from '../support/cluster-tools.js';
import {
  definitionsAreThere,
  exists,
  get,
  helm,
  installDefinitions,
  KUBECONFIG,
  kubectl,
  list,
} from '../support/kube-cluster.js';
import { filesBelow } from '../support/sources.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHARTS = ['kubarr', 'kubarr-database'];
const PROFILES = ['pi', 'mini', 'ha'];
const valueFiles = CHARTS.flatMap((chart) =>
  ['profiles', 'ci'].flatMap((folder) => filesBelow(`charts/${chart}/${folder}`)).map((file) => [chart, file] as const),
);
const overlays = [
  ...PROFILES.map((profile) => `cnpg/overlays/${profile}`),
  ...['object-store', 'snapshot', 'backup'].map((source) => `cnpg/recovery/${source}`),
];

/** A namespace that did not exist before this run. */
const NAMESPACE = `kubarr-${Date.now().toString(36)}`;
const APPS = [`sonarr-${NAMESPACE}`, `jellyfin-${NAMESPACE}`];

const tools = { KUBARR_TEST_KUBECONFIG: KUBECONFIG, 'Helm 4': HELM_4, kubectl: KUBECTL };

describeWith({ ...tools, 'the definitions of CloudNativePG (KUBARR_TEST_CRDS)': definitionsAreThere })(
  'On a real API server',
  () => {
    const made: string[] = [];
    beforeAll(() => {
      installDefinitions();
      for (const name of [NAMESPACE, 'kubarr', 'jellyfin', 'sonarr']) {
        if (exists('namespace', name, '')) continue;
        kubectl(['create', 'namespace', name]);
        made.push(name);
      }
    }, 180_000);

    afterAll(() => {
      for (const name of [...made, ...APPS])
        kubectl(['delete', 'namespace', name, '--ignore-not-found', '--wait=false']);
    });

    describe('is accepted', () => {
      const dryRun = (text: string): string =>
        kubectl(['apply', '--server-side', '--dry-run=server', '--filename', '-'], text);

      it.each(valueFiles)('what %s renders with %s', (chart, file) => {
        // Objects that would lie in a namespace of the same rendering: a dry run makes none, so they are there already.
        expect(dryRun(renderedText(chart, ['--values', file]))).not.toBe('');
      });

      it.each(['cnpg/restore/dump', 'cnpg/restore/embedded'])('%s', (folder) => {
        expect(dryRun(manifestText(...kustomized(folder)))).toMatch(/job\.batch\/kubarr-db-restore/);
      });

      it.each(overlays)('%s', (folder) => {
        expect(dryRun(manifestText(...kustomized(folder)))).toMatch(/cluster\.postgresql\.cnpg\.io/);
      });

      it('every profile with all components of Kustomize at once', () => {
        const folder = mkdtempSync(join(tmpdir(), 'kubarr-overlay-'));
        try {
          for (const profile of PROFILES) {
            const up = join(...folder.split('/').map(() => '..'), process.cwd(), 'cnpg');
            const components = ['backup-s3', 'backup-snapshot', 'dump', 'pooler', 'monitoring', 'network-policy'];
            writeFileSync(
              join(folder, 'kustomization.yaml'),
              [
                'apiVersion: kustomize.config.k8s.io/v1beta1',
                'kind: Kustomization',
                'namespace: kubarr',
                `resources: [${up}/overlays/${profile}]`,
                `components: [${components.map((name) => `${up}/components/${name}`).join(', ')}]`,
              ].join('\n'),
            );
            const text = outputOf(KUBECTL ?? '', ['kustomize', folder]);
            expect(dryRun(text).trim().split('\n')).toHaveLength(8);
          }
        } finally {
          rmSync(folder, { recursive: true });
        }
      });

      it('refuses a Cluster that breaks a rule, so that acceptance means something', () => {
        const broken = renderedText('kubarr-database')
          .replace("jit: 'off'", 'jit: off')
          .replace('jit: "off"', 'jit: off');
        const { code, errors } = run(
          KUBECTL ?? '',
          ['--kubeconfig', KUBECONFIG ?? '', 'apply', '--server-side', '--dry-run=server', '--filename', '-'],
          broken,
        );
        expect([code, errors]).toEqual([1, expect.stringMatching(/jit/)]);
      });
    });

    describe('a household', () => {
      const values = (chart: string, profile: string): string[] => [
        '--values',
        `charts/${chart}/profiles/${profile}.yaml`,
      ];
      // Nodes of a busy machine stand still for minutes; the limits only end what never comes.
      const install = (...words: string[]): string =>
        helm('upgrade', '--install', '--wait', '--timeout', '8m', '--namespace', NAMESPACE, ...words);
      const secretKey = (): string => get('secret', 'kubarr-secret-key', NAMESPACE)['data'].KUBARR_SECRET_KEY;
      let firstKey: string;

      it('installs the database and Kubarr in profile pi, and waits until it is ready', () => {
        install('kubarr-db', 'charts/kubarr-database', ...values('kubarr-database', 'pi'));
        install('kubarr', 'charts/kubarr', ...values('kubarr', 'pi'));
        const deployment = get('deployment', 'kubarr', NAMESPACE);
        expect(deployment['status']).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
        expect(get('pvc', 'kubarr-data', NAMESPACE)['status'].phase).toBe('Bound');
        expect(get('cluster', 'kubarr-db', NAMESPACE)['spec'].postgresql.parameters.max_connections).toBe('25');
        firstKey = secretKey();
        expect(Buffer.from(Buffer.from(firstKey, 'base64').toString(), 'base64')).toHaveLength(32);
      }, 1_000_000);

      it('moves to mini and to ha, with the same secret key and the same claims', () => {
        const claim = get('pvc', 'kubarr-data', NAMESPACE).metadata as unknown as { uid: string };
        install('kubarr-db', 'charts/kubarr-database', ...values('kubarr-database', 'mini'));
        install('kubarr', 'charts/kubarr', ...values('kubarr', 'mini'));
        expect(secretKey()).toBe(firstKey);

        kubectl(
          ['create', '--filename', '-'],
          list({
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'kubarr-media', namespace: NAMESPACE },
            spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '20Gi' } } },
          }),
        );
        install('kubarr-db', 'charts/kubarr-database', ...values('kubarr-database', 'ha'));
        install('kubarr', 'charts/kubarr', ...values('kubarr', 'ha'));
        expect(get('deployment', 'kubarr', NAMESPACE)['status']).toMatchObject({ readyReplicas: 2 });
        expect(get('cluster', 'kubarr-db', NAMESPACE)['spec']).toMatchObject({ instances: 3 });
        expect(secretKey()).toBe(firstKey);
        expect(get('pvc', 'kubarr-data', NAMESPACE).metadata).toMatchObject({ uid: claim.uid });
      }, 1_000_000);

      it('refuses to overwrite a secret that lost its key', () => {
        const words = [
          '--kubeconfig',
          KUBECONFIG ?? '',
          'upgrade',
          'kubarr',
          'charts/kubarr',
          '--namespace',
          NAMESPACE,
        ];
        const { code, errors } = run(HELM_4 ?? '', [
          ...words,
          ...values('kubarr', 'ha'),
          '--set',
          'secretKey.key=OTHER',
        ]);
        expect([code, errors]).toEqual([1, expect.stringMatching(/has no key OTHER/)]);
        expect(secretKey()).toBe(firstKey);
      });

      it('refuses a secret key that was rendered away from the cluster', () => {
        const another = find(rendered('kubarr', ['--namespace', NAMESPACE]), 'Secret');
        const { code, errors } = run(
          KUBECTL ?? '',
          ['--kubeconfig', KUBECONFIG ?? '', 'apply', '--server-side', '--force-conflicts', '--filename', '-'],
          manifestText(another),
        );
        expect([code, errors]).toEqual([1, expect.stringMatching(/kubarr-secret-key.*immutable/)]);
        expect(secretKey()).toBe(firstKey);
      });

      it('passes the test of the chart', () => {
        // No container runs on simulated nodes: what is shown here is that the test pod is accepted and scheduled.
        const [, pod = ''] = renderedText('kubarr', ['--namespace', NAMESPACE]).split(
          '# Source: kubarr/templates/tests/health.yaml\n',
        );
        const text = (pod.split('\n---')[0] ?? '').replaceAll('namespace: kubarr\n', `namespace: ${NAMESPACE}\n`);
        expect(kubectl(['create', '--dry-run=server', '--namespace', NAMESPACE, '--filename', '-'], text)).toMatch(
          /pod\/kubarr-test created/,
        );
      });

      describe('whose service account', () => {
        const token = (): string => kubectl(['create', 'token', 'kubarr', '--namespace', NAMESPACE]).trim();
        let folder: string;
        let asKubarr: string;

        beforeAll(() => {
          folder = mkdtempSync(join(tmpdir(), 'kubarr-token-'));
          install(
            ...['kubarr', 'charts/kubarr', ...values('kubarr', 'ha')],
            ...['--set', 'rbac.install.enabled=true', '--set', `rbac.install.namespaces={${APPS.join(',')}}`],
          );
          asKubarr = join(folder, 'kubeconfig');
          // This cluster, with the token of the service account as the only credential.
          const [server, authority] = ['server', 'certificate-authority'].map((field) =>
            outputOf(KUBECTL ?? '', [
              ...['--kubeconfig', KUBECONFIG ?? '', 'config', 'view', '--raw', '--minify', '--output'],
              `jsonpath={.clusters[0].cluster.${field}}`,
            ]),
          );
          const inline = outputOf(KUBECTL ?? '', [
            ...['--kubeconfig', KUBECONFIG ?? '', 'config', 'view', '--raw', '--minify', '--output'],
            'jsonpath={.clusters[0].cluster.certificate-authority-data}',
          ]);
          const ca = authority ? { 'certificate-authority': authority } : { 'certificate-authority-data': inline };
          writeFileSync(
            asKubarr,
            JSON.stringify({
              apiVersion: 'v1',
              kind: 'Config',
              'current-context': 'kubarr',
              clusters: [{ name: 'cluster', cluster: { server, ...ca } }],
              users: [{ name: 'kubarr', user: { token: token() } }],
              contexts: [{ name: 'kubarr', context: { cluster: 'cluster', user: 'kubarr', namespace: NAMESPACE } }],
            }),
            { mode: 0o600 },
          );
          kubectl(
            ['create', '--filename', '-'],
            list({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tempting', namespace: 'kube-system' } }),
          );
        }, 1_000_000);
        afterAll(() => {
          rmSync(folder, { recursive: true, force: true });
          kubectl(['delete', 'secret', 'tempting', '--namespace', 'kube-system', '--ignore-not-found']);
        });

        const asks = (words: readonly string[], input?: string): { code: number | null; errors: string } =>
          run(KUBECTL ?? '', ['--kubeconfig', asKubarr, ...words], input);
        const pod = (name: string, namespace: string) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, namespace },
          spec: { containers: [{ name: 'main', image: 'busybox:1.37' }] },
        });
        const allowed = (verb: string, resource: string, ...more: string[]): boolean =>
          run(KUBECTL ?? '', [
            '--kubeconfig',
            asKubarr,
            'auth',
            'can-i',
            verb,
            ...resource.split('/').map((part, place) => (place === 0 ? part : `--subresource=${part}`)),
            '--quiet',
            ...more,
          ]).code === 0;

        it('may do exactly what the code lists', async () => {
          const { CLUSTER_ACCESS } = await import('@kubarr/kubernetes');
          const review = (namespace: string): any[] =>
            JSON.parse(
              outputOf(
                KUBECTL ?? '',
                ['--kubeconfig', asKubarr, 'create', '--validate=false', '--output', 'json', '--filename', '-'],
                JSON.stringify({
                  apiVersion: 'authorization.k8s.io/v1',
                  kind: 'SelfSubjectRulesReview',
                  spec: { namespace },
                }),
              ),
            ).status.resourceRules;
          /** Each right as one line, what every signed-in account may do left out. */
          const lines = (rules: readonly any[]): string[] =>
            rules
              .flatMap(({ apiGroups, resources, verbs, resourceNames = [] }) =>
                apiGroups.flatMap((group: string) =>
                  resources.flatMap((resource: string) =>
                    verbs.map((verb: string) =>
                      `${verb} ${resource}.${group} ${[...resourceNames].sort().join()}`.trim(),
                    ),
                  ),
                ),
              )
              .filter((line) => !/selfsubject/.test(line));
          const { read, database, install: installs } = CLUSTER_ACCESS;
          const everywhere = read.rules;
          const compare = (namespace: string, rules: readonly any[]): void =>
            expect([...new Set(lines(review(namespace)))].sort()).toEqual([...new Set(lines(rules))].sort());
          compare('kube-system', everywhere);
          compare(NAMESPACE, [...everywhere, ...database.rules]);
          for (const app of APPS) compare(app, [...everywhere, ...installs.rules]);
        });

        it('is let in where it should', () => {
          expect(asks(['get', 'pods,services,nodes', '--all-namespaces']).code).toBe(0);
          expect(asks(['get', 'clusters.postgresql.cnpg.io', 'kubarr-db']).code).toBe(0);
          const backup = {
            apiVersion: 'postgresql.cnpg.io/v1',
            kind: 'Backup',
            metadata: { name: 'asked' },
            spec: { cluster: { name: 'kubarr-db' } },
          };
          expect(asks(['create', '--filename', '-'], JSON.stringify(backup)).code).toBe(0);
          for (const app of APPS) {
            const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'vpn', namespace: app } };
            expect(asks(['create', '--filename', '-'], JSON.stringify(secret)).code).toBe(0);
            // The real API server enforces what the chart wrote on the namespace.
            const privileged = { ...pod('root', app), spec: { ...pod('root', app).spec, hostPID: true } };
            const refused = asks(['create', '--validate=false', '--filename', '-'], JSON.stringify(privileged));
            expect([refused.code, refused.errors]).toEqual([
              1,
              expect.stringMatching(/violates PodSecurity "baseline/),
            ]);
            expect(
              asks(['create', '--validate=false', '--filename', '-'], JSON.stringify(pod('plain', app))).code,
            ).toBe(0);
          }
        });

        it('installs an app with Helm in a namespace that is given to it', () => {
          const chart = join(folder, 'app');
          outputOf(HELM_4 ?? '', ['create', chart]);
          const words = ['--kubeconfig', asKubarr, 'install', 'app', chart, '--wait', '--timeout', '8m'];
          const into = (namespace: string): ReturnType<typeof run> =>
            run(HELM_4 ?? '', [...words, '--namespace', namespace]);
          expect(into(APPS[0] ?? '')).toMatchObject({ code: 0 });
          expect(into('kube-system').code).toBe(1);
          expect(into(NAMESPACE).code).toBe(1);
          expect(
            run(HELM_4 ?? '', ['--kubeconfig', asKubarr, 'uninstall', 'app', '--namespace', APPS[0] ?? '']).code,
          ).toBe(0);
        }, 1_000_000);

        it.each([
          ['secrets of other namespaces', ['get', 'secret', 'tempting', '--namespace', 'kube-system']],
          ['a list of all secrets', ['get', 'secrets', '--all-namespaces']],
          ['the password of the database', ['get', 'secret', 'kubarr-db-app']],
          ['the secret key of its own', ['get', 'secret', 'kubarr-secret-key']],
          ['cluster roles', ['create', 'clusterrole', 'more', '--verb=*', '--resource=*']],
          [
            'a binding to cluster-admin',
            [
              'create',
              'clusterrolebinding',
              'more',
              '--clusterrole=cluster-admin',
              `--serviceaccount=${NAMESPACE}:kubarr`,
            ],
          ],
          [
            'a binding in a namespace of apps',
            [
              'create',
              'rolebinding',
              'more',
              '--clusterrole=admin',
              `--serviceaccount=${NAMESPACE}:kubarr`,
              '--namespace',
              APPS[0] ?? '',
            ],
          ],
          ['deleting the Cluster', ['delete', 'cluster.postgresql.cnpg.io', 'kubarr-db']],
          [
            'changing the Cluster',
            ['patch', 'cluster.postgresql.cnpg.io', 'kubarr-db', '--type=merge', '--patch', '{"spec":{"instances":1}}'],
          ],
          ['deleting a backup', ['delete', 'backup.postgresql.cnpg.io', 'asked']],
          ['deleting claims beside it', ['delete', 'pvc', 'kubarr-data']],
          ['deleting a namespace of apps', ['delete', 'namespace', APPS[0] ?? '']],
          [
            'lifting the pod security of its apps',
            ['label', 'namespace', APPS[0] ?? '', 'pod-security.kubernetes.io/enforce=privileged', '--overwrite'],
          ],
          ['a token of another account', ['create', 'token', 'default', '--namespace', 'kube-system']],
          ['being another user', ['get', 'secrets', '--namespace', 'kube-system', '--as', 'system:admin']],
          ['a pod in its own namespace', ['run', 'shell', '--image=busybox']],
          ['a node', ['delete', 'node', 'node-1']],
        ])('is refused %s', (_, words) => {
          const { code, errors } = asks(words);
          expect([code, errors]).toEqual([1, expect.stringMatching(/forbidden/i)]);
        });

        it('may not run commands in the database, nor on nodes', () => {
          for (const [verb, resource] of [
            ['create', 'pods/exec'],
            ['create', 'pods/attach'],
            ['create', 'pods/portforward'],
            ['create', 'nodes/proxy'],
            ['get', 'nodes/proxy'],
            ['create', 'serviceaccounts/token'],
          ] as const)
            for (const namespace of [NAMESPACE, 'kube-system', ...APPS])
              expect([verb, resource, namespace, allowed(verb, resource, '--namespace', namespace)]).toEqual([
                verb,
                resource,
                namespace,
                false,
              ]);
        });
      });

      it('is uninstalled, and keeps the database, the files, the apps and the secret key', () => {
        const cluster = get('cluster', 'kubarr-db', NAMESPACE).metadata as unknown as { uid: string };
        helm('uninstall', 'kubarr', '--wait', '--timeout', '8m', '--namespace', NAMESPACE);
        helm('uninstall', 'kubarr-db', '--wait', '--timeout', '8m', '--namespace', NAMESPACE);
        expect(exists('deployment', 'kubarr', NAMESPACE)).toBe(false);
        expect(exists('clusterrole', `${NAMESPACE}-kubarr-read`, NAMESPACE)).toBe(false);
        expect(get('cluster', 'kubarr-db', NAMESPACE).metadata).toMatchObject({ uid: cluster.uid });
        expect(get('pvc', 'kubarr-data', NAMESPACE)['status'].phase).toBe('Bound');
        for (const app of APPS) expect(exists('namespace', app, '')).toBe(true);
        expect(secretKey()).toBe(firstKey);
      }, 1_000_000);

      it('comes back with the same key', () => {
        install('kubarr-db', 'charts/kubarr-database', ...values('kubarr-database', 'mini'));
        install('kubarr', 'charts/kubarr', ...values('kubarr', 'mini'));
        expect(secretKey()).toBe(firstKey);
        helm('uninstall', 'kubarr', 'kubarr-db', '--namespace', NAMESPACE);
      }, 1_000_000);
    });
  },
);
