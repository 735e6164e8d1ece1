import { hasPermission, PERMISSIONS } from './permissions.js';

/** What a person may grant, and on whom they may act: on no one with more permissions than their own. */
export interface Authority {
  readonly permissions: ReadonlySet<string>;
  /** True for administrators: they also have future permissions, so that no list equals them. */
  readonly isAdministrator: boolean;
}

/**
 * The intersection of the account's current permissions and those of the session or token that asks: a token for one
 * purpose gives no authority over others.
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

/** Whether `authority` may grant this, or act on an account that has it. */
export function covers(authority: Authority, other: Authority): boolean {
  if (authority.isAdministrator) return true;
  return !other.isAdministrator && [...other.permissions].every((key) => hasPermission(authority.permissions, key));
}
