import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditSeals, type SealVerdict } from '@kubarr/audit';
import { type KubarrConfig } from '@kubarr/platform/config';
import { clientOptions, type DatabaseSource } from '@kubarr/platform/database';
import { KeyRing } from '@kubarr/platform/secrets';
import { DataSource } from 'typeorm';
import { SECRET_KEY_FILE } from '../running-server.js';
import { withDatabase } from './with-database.js';

/** Checks the seals of the audit log, day by day. Exit code 1 when a day does not verify. */
export function verifyAudit(config: KubarrConfig): Promise<0 | 1> {
  return withDatabase(config, async (source) => {
    const { days, droppedDays, broken, newest } = await verifySeals(config, source);
    if (days === 0)
      console.log('No day of the audit log is sealed yet; the first seal comes when its first day is over.');
    else console.log(`${days} sealed day(s), ${droppedDays} of them dropped by retention since.`);
    if (newest) console.log(`Newest seal: ${newest.day} ${newest.seal}`);
    if (!broken) return 0;
    console.log(`The audit log does not verify from ${broken.day} on: ${broken.reason}.`);
    return 1;
  });
}

/** @throws Error with a sentence when there is no secret key to check with. */
export async function verifySeals(config: KubarrConfig, { directTarget }: DatabaseSource): Promise<SealVerdict> {
  const keyFile = join(config.state.directory, SECRET_KEY_FILE);
  const key = config.secrets.secretKey ?? (await readFile(keyFile).catch(() => undefined));
  if (key?.length !== 32) throw new Error(`The secret key is needed to check seals; it is not in ${keyFile}.`);
  const dataSource = new DataSource({
    type: 'postgres',
    parseInt8: true,
    poolSize: 1,
    installExtensions: false,
    extra: { ...clientOptions(directTarget, config.database), statement_timeout: 0 },
  });
  await dataSource.initialize();
  try {
    return await new AuditSeals(dataSource, new KeyRing(key)).verify();
  } finally {
    await dataSource.destroy();
  }
}
