import { type PermissionKey } from '@kubarr/access';
import { KubarrError } from '@kubarr/platform/errors';

export class UsernameTaken extends KubarrError {
  readonly code = 'users.username-taken';
  readonly kind = 'bad-request';
  constructor() {
    super('That user name is taken; choose another.');
  }
}

export class EmailTaken extends KubarrError {
  readonly code = 'users.email-taken';
  readonly kind = 'bad-request';
  constructor() {
    super('An account with that e-mail address exists already.');
  }
}

/** The account was removed between the session check and the answer. */
export class AccountGone extends KubarrError {
  readonly code = 'users.account-gone';
  readonly kind = 'unauthenticated';
  constructor() {
    super('This account no longer exists.');
  }
}

export class UserNotFound extends KubarrError {
  readonly code = 'users.not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such account.');
  }
}

export class OwnAccount extends KubarrError {
  readonly code = 'users.own-account';
  readonly kind = 'bad-request';
  constructor() {
    super('This cannot be done to your own account here; use your account page.');
  }
}

export class NotWaiting extends KubarrError {
  readonly code = 'users.not-waiting';
  readonly kind = 'bad-request';
  constructor() {
    super('This account does not wait for approval.');
  }
}

export class LastAdministrator extends KubarrError {
  readonly code = 'users.last-administrator';
  readonly kind = 'bad-request';
  constructor() {
    super(
      'Kubarr needs an active administrator, and this would remove the last one. Make another account an administrator first.',
    );
  }
}

/** The permission was withdrawn between the guard and the change. */
export class PermissionWithdrawn extends KubarrError {
  readonly code = 'users.permission-withdrawn';
  readonly kind = 'forbidden';
  constructor(permission: PermissionKey) {
    super(`This needs the permission ${permission}, which you no longer have.`);
  }
}

export class BeyondOwnPermissions extends KubarrError {
  readonly code = 'users.beyond-own-permissions';
  readonly kind = 'forbidden';
  constructor() {
    super('You cannot grant or change permissions that you do not have yourself. Ask someone who has all of them.');
  }
}

/** Not 401: the session is fine, and a client would go to its sign-in page. */
export class WrongPassword extends KubarrError {
  readonly code = 'users.wrong-password';
  readonly kind = 'bad-request';
  constructor() {
    super('The password is incorrect.');
  }
}

export class UnknownRoles extends KubarrError {
  readonly code = 'users.unknown-roles';
  readonly kind = 'bad-request';
  constructor(ids: readonly number[]) {
    super(`There is no role with the number ${ids.join(', ')}; reload the list of roles.`);
  }
}

export class RoleNotFound extends KubarrError {
  readonly code = 'users.role-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such role.');
  }
}

export class RoleNameTaken extends KubarrError {
  readonly code = 'users.role-name-taken';
  readonly kind = 'bad-request';
  constructor() {
    super('A role of this name exists already.');
  }
}

export class SystemRole extends KubarrError {
  readonly code = 'users.system-role';
  readonly kind = 'bad-request';
  constructor(what: string) {
    super(`${what} cannot be done to a system role.`);
  }
}

export class TooManyRoles extends KubarrError {
  readonly code = 'users.too-many-roles';
  readonly kind = 'bad-request';
  constructor(limit: number) {
    super(`There are ${limit} roles, which is the maximum; remove one that is not needed.`);
  }
}

/** Requiring a second factor would lock administrators out, and no one else could help them. */
export class SecondFactorMissing extends KubarrError {
  readonly code = 'users.second-factor-missing';
  readonly kind = 'bad-request';
  constructor(count: number) {
    super(
      `${count === 1 ? 'One administrator has' : `${count} administrators have`} no second factor yet. All of them must set one up before it can be required.`,
    );
  }
}

export class InviteNotFound extends KubarrError {
  readonly code = 'users.invite-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such invite.');
  }
}

/** One error for all reasons: telling them apart would help to guess codes. */
export class InviteUnusable extends KubarrError {
  readonly code = 'users.invite-unusable';
  readonly kind = 'bad-request';
  constructor() {
    super('This invite cannot be used: its link is incomplete, was used already, or has expired. Ask for a new one.');
  }
}

export class TooManyInvites extends KubarrError {
  readonly code = 'users.too-many-invites';
  readonly kind = 'bad-request';
  constructor(limit: number) {
    super(`${limit} invites are open, which is the maximum; remove those that are not needed.`);
  }
}
