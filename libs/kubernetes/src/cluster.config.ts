import { computed, defineConfig, path } from '@kubarr/platform/config';

export class ClusterConfig extends defineConfig({
  /** `undefined` = the service account when in a pod, else no cluster. */
  kubeconfig: path('KUBECONFIG', {
    of: 'file',
    defaultText: 'the service account in a pod, else none',
    purpose: 'Cluster to use.',
  }),
  inCluster: computed(({ inCluster }) => inCluster),
}) {}
