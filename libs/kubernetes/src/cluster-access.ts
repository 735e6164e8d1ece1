/** One rule of Kubernetes' role-based access control, in the form of its API. */
export interface AccessRule {
  /** `''` is the core group. */
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
}

type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** A set of rules that is granted as a whole. */
export interface AccessPart {
  /** Scope: everywhere, in the namespace of Kubarr, or in each namespace that is given to apps. */
  readonly scope: 'cluster' | 'release' | 'apps';
  /** Why Kubarr needs it, in one sentence. */
  readonly purpose: string;
  readonly rules: readonly AccessRule[];
}

const read = (apiGroup: string, ...resources: string[]): AccessRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs: ['get', 'list', 'watch'],
});

const write = (apiGroup: string, ...resources: string[]): AccessRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
});

/**
 * Everything that Kubarr may ask a cluster for, and nothing else: the chart's roles are made from this table, and code
 * that calls the cluster stays within it. Never here: `escalate`, `bind`, `impersonate`, `pods/exec`, `nodes/proxy`,
 * secrets outside the namespaces given to apps, anything that could delete a database, and changing a namespace: its
 * labels decide what its pods may do to the node.
 */
export const CLUSTER_ACCESS = {
  read: {
    scope: 'cluster',
    purpose: 'Shows apps, metrics, logs and the network map.',
    rules: [
      // For the network map, which shows which app's configuration names which other app's service.
      read('', 'namespaces', 'nodes', 'pods', 'services', 'configmaps', 'events'),
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      // From the kubelet directly: access through the API server (nodes/proxy) would also allow running commands.
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      read('apps', 'deployments', 'statefulsets', 'daemonsets', 'replicasets'),
      read('batch', 'jobs', 'cronjobs'),
      read('discovery.k8s.io', 'endpointslices'),
      read('networking.k8s.io', 'ingresses', 'networkpolicies'),
      read('events.k8s.io', 'events'),
      { apiGroups: ['metrics.k8s.io'], resources: ['nodes', 'pods'], verbs: ['get', 'list'] },
    ],
  },
  database: {
    scope: 'release',
    purpose: 'Shows the state of the database and requests backups. Kubarr cannot change or delete a database.',
    rules: [
      read('postgresql.cnpg.io', 'clusters', 'scheduledbackups', 'poolers'),
      { apiGroups: ['postgresql.cnpg.io'], resources: ['backups'], verbs: ['get', 'list', 'watch', 'create'] },
    ],
  },
  install: {
    scope: 'apps',
    purpose: 'Installs, changes and removes apps with Helm, in the namespaces that are given to apps.',
    rules: [
      write('', 'secrets', 'configmaps', 'services', 'serviceaccounts', 'persistentvolumeclaims'),
      { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete'] },
      write('apps', 'deployments', 'statefulsets', 'daemonsets'),
      write('batch', 'jobs', 'cronjobs'),
      write('networking.k8s.io', 'ingresses', 'networkpolicies'),
      write('policy', 'poddisruptionbudgets'),
    ],
  },
} as const satisfies Record<string, AccessPart>;
