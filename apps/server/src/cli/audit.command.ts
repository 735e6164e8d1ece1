import { AuditSeals } from '@kubarr/audit';
import { type Config } from '@kubarr/platform/config';
import { DatabaseConfig } from '@kubarr/platform/database';
import { StateConfig } from '@kubarr/platform/state';
import { join } from 'node:path';
import { SECRET_KEY_FILE } from '../lifecycle/running-server.js';
import { readSecretKey, withServices } from './command-context.js';

/**
 * Verifies the seals of the audit log, day by day.
 *
 * @param copy A seal that a person stored elsewhere.
 * @returns Exit code 1 when a day fails verification, or when the log does not have that seal.
 */
export async function verifyAudit(config: Config, copy?: string): Promise<0 | 1> {
  if (!(await readSecretKey(config))) {
    const file = join(config.get(StateConfig).directory, SECRET_KEY_FILE);
    console.error(`The secret key is needed to check seals: set KUBARR_SECRET_KEY, or put it into ${file}.`);
    return 1;
  }
  // A whole day is read in one query, which may take longer than a request may.
  const withoutTimeout = config.with(DatabaseConfig, { statementTimeoutMs: 0 });
  return withServices(withoutTimeout, async (services) => {
    const verdict = await services.get(AuditSeals, { strict: false }).verify(copy);
    const { days, droppedDays, removingBefore, broken, newest, copyDay } = verdict;
    if (days === 0)
      console.log('No day of the audit log is sealed yet; the first seal is made when the first day is over.');
    else console.log(`${days} sealed day(s), ${droppedDays} of them deleted by retention since.`);
    if (newest) console.log(`Newest seal: ${newest.day} ${newest.seal}`);
    if (removingBefore)
      console.log(`Entries before ${removingBefore} are being deleted and were not checked; check again later.`);
    if (copyDay) console.log(`The seal that you kept is there: it is that of ${copyDay}.`);
    else if (copy) console.log('The seal that you kept is not there: days of the audit log were sealed again since.');
    const isCopyMissing = copy !== undefined && copyDay === undefined;
    if (!broken) return isCopyMissing ? 1 : 0;
    console.log(`The audit log does not verify from ${broken.day} on: ${broken.reason}.`);
    return 1;
  });
}
