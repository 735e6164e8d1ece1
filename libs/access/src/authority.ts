import { hasPermission, PERMISSIONS } from './permissions.js';

/** How far someone may go in what they give to others or do to others: as far as what they hold themselves. */
export interface Authority {
  readonly permissions: ReadonlySet<string>;
  /** Administrators hold what does not exist yet as well, so that no list of permissions comes up to them. */
  readonly isAdministrator: boolean;
}

/**
 * What counts is held both by the account, as of now, and by the session or token that asks: a token for one thing gives
 * its holder no authority over the others.
 */
export function authorityOf(asking: ReadonlySet<string>, account: Authority): Authority {
  const both = [
    ...[...asking].filter((key) => hasPermission(account.permissions, key)),
    ...[...account.permissions].filter((key) => hasPermission(asking, key)),
  ];
  return {
    permissions: new Set(both),
    isAdministrator: account.isAdministrator && PERMISSIONS.every(({ key }) => asking.has(key)) && asking.has('app.*'),
  };
}

/** May someone give this, or act upon someone who holds it? */
export function covers(authority: Authority, other: Authority): boolean {
  if (authority.isAdministrator) return true;
  return !other.isAdministrator && [...other.permissions].every((key) => hasPermission(authority.permissions, key));
}
