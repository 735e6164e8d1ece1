export { KubarrError, type ErrorKind, type FieldIssue } from './kubarr-error.js';
