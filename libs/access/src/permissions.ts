/** One permission, as data: the guards, the role editor's list and OpenAPI read it. */
export interface Permission {
  readonly key: string;
  readonly category: string;
  readonly text: string;
}

/** Every permission of the product, apart from the per-app ones (`app.<name>`, `app.*`). */
export const PERMISSIONS = [
  { key: 'apps.view', category: 'Apps', text: 'See the catalogue and the installed apps' },
  { key: 'apps.install', category: 'Apps', text: 'Install and update apps' },
  { key: 'apps.delete', category: 'Apps', text: 'Remove apps' },
  { key: 'apps.restart', category: 'Apps', text: 'Restart apps' },
  { key: 'storage.view', category: 'Storage', text: 'Browse files' },
  { key: 'storage.write', category: 'Storage', text: 'Create and change files and folders' },
  { key: 'storage.delete', category: 'Storage', text: 'Delete files and folders' },
  { key: 'storage.download', category: 'Storage', text: 'Download files' },
  { key: 'logs.view', category: 'Logs', text: 'Read the logs of apps' },
  { key: 'monitoring.view', category: 'Monitoring', text: 'See metrics of the cluster and of apps' },
  { key: 'networking.view', category: 'Monitoring', text: 'See network traffic' },
  { key: 'networking.manage', category: 'Monitoring', text: 'Change network settings' },
  { key: 'users.view', category: 'Users', text: 'See accounts' },
  { key: 'users.manage', category: 'Users', text: 'Create, change and remove accounts' },
  { key: 'users.reset_password', category: 'Users', text: 'Reset the password of others' },
  { key: 'roles.view', category: 'Roles', text: 'See roles' },
  { key: 'roles.manage', category: 'Roles', text: 'Create, change and remove roles' },
  { key: 'settings.view', category: 'Settings', text: 'See settings' },
  { key: 'settings.manage', category: 'Settings', text: 'Change settings' },
  { key: 'audit.view', category: 'Audit', text: 'Read the audit log' },
  { key: 'audit.manage', category: 'Audit', text: 'Clear the audit log' },
  { key: 'notifications.view', category: 'Notifications', text: 'See notification channels and rules' },
  { key: 'notifications.manage', category: 'Notifications', text: 'Change notification channels and rules' },
  { key: 'vpn.view', category: 'VPN', text: 'See VPN providers' },
  { key: 'vpn.manage', category: 'VPN', text: 'Change VPN providers' },
  { key: 'cloudflare.view', category: 'Cloudflare', text: 'See the tunnel' },
  { key: 'cloudflare.manage', category: 'Cloudflare', text: 'Change the tunnel' },
] as const satisfies readonly Permission[];

export type PermissionKey = (typeof PERMISSIONS)[number]['key'];

const KEYS: ReadonlySet<string> = new Set(PERMISSIONS.map((permission) => permission.key));

export const isPermission = (key: string): key is PermissionKey => KEYS.has(key);

/** The system role with this name has every permission, future ones included. */
export const ADMIN_ROLE = 'admin';

/** Prefix of a permission to open one app; the rest is the name of the app, or `*` for all of them. */
const APP_PREFIX = 'app.';

/** Names of apps are names of Kubernetes namespaces. Source: RFC 1123 labels. */
const APP_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** True for what can be granted by name: one app, or `*` for all of them. */
export const isAppName = (name: string): boolean => name === '*' || APP_NAME.test(name);

export const appPermission = (appName: string): string => APP_PREFIX + appName;

/** The app that a permission opens; `undefined` for a permission that is about something else. */
export const appOf = (permission: string): string | undefined =>
  permission.startsWith(APP_PREFIX) ? permission.slice(APP_PREFIX.length) : undefined;

/** What one role grants. `appNames` may contain `*` for all apps. */
export interface RoleGrants {
  readonly name: string;
  readonly isSystem: boolean;
  readonly permissions: readonly string[];
  readonly appNames: readonly string[];
}

/** True for the system role `admin`; a custom role of that name cannot exist (unique by name). */
export const isAdministrator = (role: Pick<RoleGrants, 'name' | 'isSystem'>): boolean =>
  role.isSystem && role.name === ADMIN_ROLE;

/** The union over all roles, sorted and without duplicates; app grants appear as `app.<name>` or `app.*`. */
export function effectivePermissions(roles: readonly RoleGrants[]): string[] {
  const granted = roles.flatMap((role) =>
    isAdministrator(role) ? [appPermission('*'), ...KEYS] : [...role.permissions, ...role.appNames.map(appPermission)],
  );
  return [...new Set(granted)].sort();
}

/** May someone with these permissions do what `permission` guards? `app.*` covers every `app.<name>`. */
export function hasPermission(permissions: ReadonlySet<string>, permission: string): boolean {
  return permissions.has(permission) || (appOf(permission) !== undefined && permissions.has(appPermission('*')));
}
