import { InvalidEnvironment } from '@kubarr/platform/config';
import { KubarrError } from '@kubarr/platform/errors';

/** Failures of PostgreSQL that a person can fix, by SQLSTATE. The quoted messages name users and databases only. */
const REFUSALS: Readonly<Record<string, (said: string) => string>> = {
  '28P01': (said) => `The database server refuses the sign-in: ${said}. Check user and password.`,
  '28000': (said) => `The database server refuses the sign-in: ${said}. Check user, database and TLS.`,
  '3D000': (said) => `The database server says: ${said}. Create the database, or check its name.`,
  '42501': (said) => `The database user may not do this: ${said}. It has to own the database.`,
  '42P01': () => 'The database does not have the tables of this version. Run "kubarr migrate" first.',
};

/** Codes of Node.js and OpenSSL for a certificate that does not verify. */
const CERTIFICATE = /CERT|^UNABLE_TO_|^ERR_TLS_/;

/** The cause of a failed command as a sentence; `undefined` for an unexpected failure. */
export async function explainFailure(error: unknown): Promise<string | undefined> {
  if (error instanceof KubarrError || error instanceof InvalidEnvironment) return error.message;
  const { asDatabaseError } = await import('@kubarr/platform/database');
  const known = asDatabaseError(error);
  if (known) return known.message;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (CERTIFICATE.test(code))
    return `The certificate of the database server is refused: ${message}. See KUBARR_DB_SSL_CA.`;
  return REFUSALS[code]?.(message);
}
