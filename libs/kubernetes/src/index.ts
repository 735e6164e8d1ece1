export { type AccessPart, type AccessRule, CLUSTER_ACCESS } from './access.js';
export { ClusterConfig } from './cluster.config.js';
