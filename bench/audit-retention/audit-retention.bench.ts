import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { SessionActions } from '@kubarr/auth';
import { loadConfig } from '@kubarr/platform/config';
import { migrate, PreparedStatements, DatabaseConfig } from '@kubarr/platform/database';
import { AuditCursor } from '../../libs/audit/src/audit-cursor.entity.js';
import { AuditLog } from '../../libs/audit/src/audit-log.entity.js';
import { AuditReader } from '../../libs/audit/src/audit-reader.js';
import { AuditDeletion } from '../../libs/audit/src/retention/audit-deletion.js';
import { AuditTotals } from '../../libs/audit/src/statistics/audit-totals.job.js';
import { migrations } from '../../migrations/index.js';
import { openDataSource, withPostgres } from '../support/database.js';
import { heading, percentile, verdict } from '../support/report.js';

const EXPIRED = 1_000_000;
const KEPT = 200_000;
const WRITERS = 4;
/** Each writer pauses this long between two entries, in milliseconds: a household at its busiest, not a flood. */
const PAUSE_MS = 10;
const QUIET_SECONDS = 30;

heading(
  'audit-retention',
  `removing ${EXPIRED} expired entries, ${KEPT} stay, beside ${WRITERS} writers that rest ${PAUSE_MS} ms between two entries; fsync on, pool of 5; baseline: the same writers for ${QUIET_SECONDS} s with nothing beside them`,
);

const actor: Actor = { userId: 1, username: 'admin', address: '192.168.1.20', userAgent: 'Mozilla/5.0' };

await withPostgres(async (target) => {
  await migrate(target, loadConfig([DatabaseConfig], {}).get(DatabaseConfig), migrations);
  const dataSource = await openDataSource(target, [AuditLog, AuditCursor], 5);
  await dataSource.query(
    `INSERT INTO audit_logs ("timestamp", user_id, username, action, resource_type, resource_id, details, ip_address, user_agent, success)
     SELECT CASE WHEN n <= $1 THEN now() - interval '100 days' - n * interval '20 seconds' ELSE now() - n % 80 * interval '1 day' END,
       n % 50, 'user' || n % 50, 'action' || n % 30, 'system', n::text, '{"setting":"x","old":"' || n % 977 || '","new":"b"}',
       '192.168.1.20', 'Mozilla/5.0 (X11; Linux x86_64)', n % 20 > 0
     FROM generate_series(1, $1::int + $2::int) AS n`,
    [EXPIRED, KEPT],
  );
  await new AuditTotals(new AuditReader(dataSource)).run();
  await dataSource.query('VACUUM ANALYZE audit_logs');
  const recorder = new AuditRecorder(new PreparedStatements({ target, directTarget: target, migrations }));

  /** The times of entries written until `isOver`, in milliseconds. */
  const write = async (isOver: () => boolean): Promise<number[]> => {
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        while (!isOver()) {
          const startedAt = performance.now();
          await dataSource.transaction((transaction) =>
            recorder.record(transaction, actor, { action: SessionActions.signedIn, resourceId: writer }),
          );
          times.push(performance.now() - startedAt);
          await delay(PAUSE_MS);
        }
      }),
    );
    return times;
  };
  const quietUntil = performance.now() + QUIET_SECONDS * 1_000;
  const alone = await write(() => performance.now() > quietUntil);

  let isRemoved = false;
  const startedAt = performance.now();
  const removal = new AuditDeletion(dataSource).deleteOlderThan(90).finally(() => (isRemoved = true));
  const beside = await write(() => isRemoved);
  const removed = await removal;
  const seconds = (performance.now() - startedAt) / 1_000;

  for (const [name, times] of Object.entries({ alone, beside }))
    console.log(
      `${name.padEnd(7)} ${String(times.length).padStart(6)} entries, p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms`,
    );
  console.log(`removed ${removed} entries in ${seconds.toFixed(0)} s`);
  verdict('expired entries that are left', EXPIRED - removed, { atMost: 0 }, 0);
  verdict(
    'p99 of writers beside the removal against alone, times',
    percentile(beside, 0.99) / percentile(alone, 0.99),
    {
      atMost: 2,
    },
  );
  await dataSource.destroy();
});
