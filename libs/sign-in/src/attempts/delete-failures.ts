import { type EntityManager } from 'typeorm';

/**
 * Forgets every failed sign-in of the last minutes, whoever made it: for commands on the server. Whoever needs a new
 * password has mostly tried so often that even the right one would have to wait.
 */
export async function deleteSignInFailures(transaction: EntityManager): Promise<void> {
  await transaction.query("DELETE FROM rate_limits WHERE key LIKE 'sign-in %' OR key LIKE 'second factor:%'");
}
