export { type AccessPart, type AccessRule, CLUSTER_ACCESS } from './cluster-access.js';
export { ClusterConfig } from './cluster.config.js';
