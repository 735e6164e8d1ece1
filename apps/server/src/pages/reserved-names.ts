/** First path segments that belong to Kubarr: no app can have such a name. Pages of the web client, then our own roots. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'login',
  'setup',
  'app-error',
  'apps',
  'storage',
  'logs',
  'resources',
  'networking',
  'security',
  'settings',
  'account',
  'assets',
  'api',
  'auth',
  'metrics',
  'proxy',
]);

/** True when the first segment of a path is Kubarr's own: a reserved name, a file (it has a dot) or nothing. */
export function isReservedPath(path: string): boolean {
  const [first = ''] = path.replace(/^\/+/, '').split(/[/?#]/, 1);
  return first === '' || first.includes('.') || RESERVED_NAMES.has(first.toLowerCase());
}
