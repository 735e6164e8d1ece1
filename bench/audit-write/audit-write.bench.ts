import 'reflect-metadata';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { loadConfig } from '@kubarr/platform/config';
import { migrate, PreparedStatements, DatabaseConfig } from '@kubarr/platform/database';
import { SettingsActions } from '@kubarr/settings';
import { type EntityManager } from 'typeorm';
import { AuditLog } from '../../libs/audit/src/audit-log.entity.js';
import { SystemSetting } from '../../libs/settings/src/system-setting.entity.js';
import { migrations } from '../../migrations/index.js';
import { openDataSource, withPostgres } from '../support/database.js';
import { heading, median, verdict } from '../support/report.js';

const CHANGES = 40;
const ROUNDS = 101;
const WRITERS = 2;

heading(
  'audit-write',
  `a change of a setting with its audit entry, against the same change without; fsync on, ${WRITERS} writers on their own rows, ${ROUNDS} rounds of ${CHANGES} changes each, in turn; 50 000 entries in the log`,
);

await withPostgres(async (target) => {
  await migrate(target, loadConfig([DatabaseConfig], {}).get(DatabaseConfig), migrations);
  const dataSource = await openDataSource(target, [SystemSetting, AuditLog], WRITERS);
  await dataSource.query(`
    INSERT INTO audit_logs ("timestamp", user_id, username, action, resource_type, resource_id, details, ip_address, user_agent)
    SELECT now() - n * interval '10 minutes', n % 5, 'user' || n % 5, 'action' || n % 30, 'system', n::text, '{"old":"a","new":"b"}', '192.168.1.20', 'Mozilla/5.0'
    FROM generate_series(1, 50000) AS n`);
  await dataSource.query('VACUUM ANALYZE audit_logs');
  const recorder = new AuditRecorder(new PreparedStatements({ target, directTarget: target, migrations }));
  const actor: Actor = {
    userId: 1,
    username: 'admin',
    address: '192.168.1.20',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  };

  const change = async (transaction: EntityManager, key: string, value: string): Promise<string | undefined> => {
    const before = await transaction.findOne(SystemSetting, { where: { key }, lock: { mode: 'pessimistic_write' } });
    await transaction.upsert(SystemSetting, { key, value, updatedAt: () => 'now()' }, ['key']);
    await transaction.query('SELECT pg_notify($1, $2)', [
      'kubarr',
      JSON.stringify({ topic: 'settings.changed', payload: key }),
    ]);
    return before?.value;
  };
  const withoutAudit = (key: string, value: string) =>
    dataSource.transaction(async (transaction) => void (await change(transaction, key, value)));
  const withAudit = (key: string, value: string) =>
    dataSource.transaction(async (transaction) => {
      const old = await change(transaction, key, value);
      await recorder.record(transaction, actor, {
        action: SettingsActions.changed,
        resourceId: key,
        details: { setting: key, old, new: value },
      });
    });
  const secondsFor = async (work: (key: string, value: string) => Promise<void>): Promise<number> => {
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        for (let n = 0; n < CHANGES / WRITERS; n++) await work(`bench_${writer}`, String(n));
      }),
    );
    return (performance.now() - startedAt) / 1_000;
  };

  await secondsFor(withAudit);
  await secondsFor(withoutAudit);
  const rounds: { audited: number; plain: number }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ audited: await secondsFor(withAudit), plain: await secondsFor(withoutAudit) });
  console.log(
    `with audit    ${((median(rounds.map(({ audited }) => audited)) / CHANGES) * 1_000 * WRITERS).toFixed(2)} ms a change`,
  );
  console.log(
    `without audit ${((median(rounds.map(({ plain }) => plain)) / CHANGES) * 1_000 * WRITERS).toFixed(2)} ms a change`,
  );
  verdict('time against the change without audit', median(rounds.map(({ audited, plain }) => audited / plain)), {
    atMost: 1.2,
  });
  await dataSource.destroy();
});
