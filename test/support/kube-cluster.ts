import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HELM_4, KUBECTL, type Manifest, outputOf, run } from './cluster-tools.js';
import { ROOT } from './sources.js';

/** Credentials of a cluster that may be thrown away: kind, k3d, or the one that `.ci/run` starts. */
export const KUBECONFIG = process.env['KUBARR_TEST_KUBECONFIG'];

/** Custom resource definitions of the operators that the charts speak to; not ours to keep. */
const CRDS = process.env['KUBARR_TEST_CRDS'] ?? join(ROOT, '../shared/schemas/crds');
export const definitionsAreThere = existsSync(CRDS);

/** kubectl as the administrator of the test cluster. @throws Error with what it complained about. */
export const kubectl = (words: readonly string[], input?: string): string =>
  outputOf(KUBECTL ?? '', ['--kubeconfig', KUBECONFIG ?? '', ...words], input);

/** Helm 4 on the test cluster. @throws Error with what it complained about. */
export const helm = (...words: readonly string[]): string =>
  outputOf(HELM_4 ?? '', ['--kubeconfig', KUBECONFIG ?? '', ...words]);

/** Objects as JSON, so that several arrive at once. */
export const list = (...objects: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });

export const get = (kind: string, name: string, namespace: string): Manifest =>
  JSON.parse(kubectl(['get', kind, name, '--namespace', namespace, '--output', 'json'])) as Manifest;

export const exists = (kind: string, name: string, namespace: string): boolean =>
  run(KUBECTL ?? '', ['--kubeconfig', KUBECONFIG ?? '', 'get', kind, name, '--namespace', namespace]).code === 0;

/** Teaches the cluster CloudNativePG, the Barman plugin, snapshots, the Prometheus operator and the Gateway API. */
export function installDefinitions(): void {
  const folders = ['cnpg-1.30', 'barman-cloud', 'external-snapshotter', 'prometheus-operator', 'gateway-api'];
  const files = folders.flatMap((folder) => ['--filename', join(CRDS, folder)]);
  kubectl(['apply', '--server-side', ...files]);
  kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
}
