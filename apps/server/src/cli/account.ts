import { type INestApplicationContext } from '@nestjs/common';
import { KubarrError } from '@kubarr/platform/errors';
import { Accounts, type SignInAccount } from '@kubarr/users';

/** A command names an account that does not exist. */
export class NoSuchAccount extends KubarrError {
  readonly code = 'server.no-such-account';
  readonly kind = 'not-found';
  constructor() {
    super('There is no account with this name or e-mail address. "kubarr users list" shows all of them.');
  }
}

/** @throws NoSuchAccount */
export async function findAccount(services: INestApplicationContext, nameOrEmail: string): Promise<SignInAccount> {
  const account = await services.get(Accounts, { strict: false }).findForSignIn(nameOrEmail);
  if (!account) throw new NoSuchAccount();
  return account;
}
