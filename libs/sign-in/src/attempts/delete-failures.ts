import { type EntityManager } from 'typeorm';

/**
 * Deletes every failed sign-in of the last minutes, of all clients: for commands on the server. Someone who needs a new
 * password has mostly tried so often that even the right one would have to wait.
 */
export async function deleteSignInFailures(transaction: EntityManager): Promise<void> {
  await transaction.query("DELETE FROM rate_limits WHERE key LIKE 'sign-in %' OR key LIKE 'second factor:%'");
}
