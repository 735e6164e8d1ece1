export { type AccessPart, type AccessRule, CLUSTER_ACCESS } from './access.js';
