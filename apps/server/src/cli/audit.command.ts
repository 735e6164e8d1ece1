import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditSeals, type SealVerdict } from '@kubarr/audit';
import { type Config } from '@kubarr/platform/config';
import { StateConfig } from '@kubarr/platform/state';
import { clientOptions, type DatabaseOptions, DatabaseConfig } from '@kubarr/platform/database';
import { KeyRing, SecretsConfig } from '@kubarr/platform/secrets';
import { DataSource } from 'typeorm';
import { SECRET_KEY_FILE } from '../lifecycle/running-server.js';
import { withDatabase } from './with-database.js';

/**
 * Checks the seals of the audit log, day by day.
 *
 * @param kept A seal that was kept elsewhere.
 * @returns Exit code 1 when a day does not verify, or when the seal that was kept is not there.
 */
export function verifyAudit(config: Config, kept?: string): Promise<0 | 1> {
  return withDatabase(config, async (source) => {
    const keyFile = join(config.get(StateConfig).directory, SECRET_KEY_FILE);
    const key = config.get(SecretsConfig).secretKey ?? (await readFile(keyFile).catch(() => undefined));
    if (key?.length !== 32) {
      console.error(`The secret key is needed to check seals: set KUBARR_SECRET_KEY, or put it into ${keyFile}.`);
      return 1;
    }
    const verdict = await verifySeals(config, source, new KeyRing(key), kept);
    const { days, droppedDays, removingBefore, broken, newest, keptDay } = verdict;
    if (days === 0)
      console.log('No day of the audit log is sealed yet; the first seal comes when its first day is over.');
    else console.log(`${days} sealed day(s), ${droppedDays} of them dropped by retention since.`);
    if (newest) console.log(`Newest seal: ${newest.day} ${newest.seal}`);
    if (removingBefore)
      console.log(`Entries before ${removingBefore} are being removed and were not checked; check again later.`);
    if (keptDay) console.log(`The seal that you kept is there: it is that of ${keptDay}.`);
    else if (kept) console.log('The seal that you kept is not there: days of the audit log were sealed anew since.');
    const isKeptMissing = kept !== undefined && keptDay === undefined;
    if (!broken) return isKeptMissing ? 1 : 0;
    console.log(`The audit log does not verify from ${broken.day} on: ${broken.reason}.`);
    return 1;
  });
}

async function verifySeals(
  config: Config,
  { directTarget }: DatabaseOptions,
  keys: KeyRing,
  kept: string | undefined,
): Promise<SealVerdict> {
  const database = config.get(DatabaseConfig);
  const dataSource = new DataSource({
    type: 'postgres',
    parseInt8: true,
    poolSize: 1,
    installExtensions: false,
    extra: { ...clientOptions(directTarget, database), statement_timeout: 0 },
  });
  await dataSource.initialize();
  try {
    return await new AuditSeals(dataSource, keys).verify(kept);
  } finally {
    await dataSource.destroy();
  }
}
