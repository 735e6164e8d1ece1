import 'reflect-metadata';
import { AuditRecorder } from '@kubarr/audit';
import { loadConfig } from '@kubarr/platform/config';
import { migrate, PreparedStatements, DatabaseConfig } from '@kubarr/platform/database';
import { AuditCursor } from '../../libs/audit/src/audit-cursor.entity.js';
import { AuditEntries } from '../../libs/audit/src/audit-entries.js';
import { AuditLog } from '../../libs/audit/src/audit-log.entity.js';
import { AuditReader } from '../../libs/audit/src/audit-reader.js';
import { AuditService } from '../../libs/audit/src/audit.service.js';
import { AuditLogQuery } from '../../libs/audit/src/audit.dto.js';
import { AuditDeletion } from '../../libs/audit/src/retention/audit-deletion.js';
import { AuditStatistics } from '../../libs/audit/src/statistics/audit-statistics.js';
import { AuditTotals } from '../../libs/audit/src/statistics/audit-totals.job.js';
import { migrations } from '../../migrations/index.js';
import { openDataSource, withPostgres } from '../support/database.js';
import { heading, percentile, verdict } from '../support/report.js';

const SIZES = [10_000, 100_000, 1_000_000];
const DAYS = 400;
const REPEATS = 40;

heading(
  'audit',
  `statistics and lists over ${SIZES.join(', ')} entries spread evenly over ${DAYS} days: 30 actions, 50 people, 1 in 20 a failure; the last 100 entries are not in the totals yet; one caller, ${REPEATS} repeats; baseline: load all entries and count them`,
);

const administrator = {
  userId: 1,
  username: 'admin',
  sessionId: 's',
  permissions: new Set(['audit.view']),
  mustEnrol: false,
};

/** The 95th percentile of the times of `work`, in milliseconds. */
async function p95(work: () => Promise<unknown>, repeats = REPEATS): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < repeats; n++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return percentile(times, 0.95);
}

await withPostgres(async (target) => {
  await migrate(target, loadConfig([DatabaseConfig], {}).get(DatabaseConfig), migrations);
  const dataSource = await openDataSource(target, [AuditLog, AuditCursor], 5);
  const statements = new PreparedStatements({ target, directTarget: target, migrations });
  const statistics = new AuditStatistics(dataSource, statements);
  const totals = new AuditTotals(new AuditReader(dataSource));
  const service = new AuditService(
    new AuditEntries(dataSource, statements),
    dataSource,
    statistics,
    new AuditDeletion(dataSource),
    new AuditRecorder(statements),
  );
  const list = (query: Partial<AuditLogQuery>) => () =>
    service.list(administrator, Object.assign(new AuditLogQuery(), query));
  let entries = 0;

  for (const size of SIZES) {
    await dataSource.query(
      `INSERT INTO audit_logs ("timestamp", user_id, username, action, resource_type, resource_id, details, ip_address, user_agent, success)
       SELECT now() - (n::float / $2) * $3 * interval '1 day', n % 50, 'user' || n % 50, 'action' || n % 30, 'system', n::text,
         '{"setting":"x","old":"' || n % 977 || '","new":"b"}', '192.168.1.20', 'Mozilla/5.0 (X11; Linux x86_64)', n % 20 > 0
       FROM generate_series($1::int + 1, $2::int) AS n`,
      [entries, size, DAYS],
    );
    entries = size;
    await totals.run();
    await dataSource.query(
      "INSERT INTO audit_logs (action, resource_type) SELECT 'login', 'session' FROM generate_series(1, 100)",
    );
    await dataSource.query('VACUUM ANALYZE audit_logs');

    console.log(`\n${size} entries`);
    const memoryBefore = process.memoryUsage().rss;
    const figures = await p95(() => statistics.figures());
    const grownMiB = (process.memoryUsage().rss - memoryBefore) / 1_048_576;
    const loadAll = await p95(async () => {
      const rows = await dataSource.query<{ action: string; success: boolean }[]>('SELECT * FROM audit_logs');
      const counts = new Map<string, number>();
      for (const row of rows) counts.set(row.action, (counts.get(row.action) ?? 0) + 1);
    }, 3);
    console.log(
      `statistics ${figures.toFixed(2)} ms, load all and count ${loadAll.toFixed(0)} ms: ${(loadAll / figures).toFixed(0)} times faster`,
    );
    const times = {
      'first page': await p95(list({})),
      'one action': await p95(list({ action: 'action7' })),
      failures: await p95(list({ success: false })),
      'one person': await p95(list({ user_id: 7 })),
      'one kind': await p95(list({ resource_type: 'session' })),
      'page 1000 of 50': await p95(list({ page: 1_000 }), 10),
      'search, nothing': await p95(list({ search: 'zzz' }), 10),
      'search, 1 in 977': await p95(list({ search: '"old":"500"' }), 10),
      'search, 1 in 50': await p95(list({ search: 'user17' }), 10),
      'search, everything': await p95(list({ search: 'setting' }), 10),
    };
    for (const [name, milliseconds] of Object.entries(times))
      console.log(`${name.padEnd(16)} ${milliseconds.toFixed(1)} ms`);
    if (size < 1_000_000) continue;
    verdict('statistics against load all and count, times', loadAll / figures, { atLeast: 500 }, 0);
    verdict('statistics, ms p95', figures, { atMost: 8 });
    verdict('memory that statistics take, MiB', grownMiB, { atMost: 8 }, 1);
    for (const name of ['first page', 'one action', 'failures', 'one person', 'one kind'] as const)
      verdict(`${name}, ms p95`, times[name], { atMost: 20 }, 1);
    for (const name of ['search, nothing', 'search, 1 in 977', 'search, 1 in 50', 'search, everything'] as const)
      verdict(`${name}, ms p95`, times[name], { atMost: 150 }, 1);
    verdict('page 1000, ms p95', times['page 1000 of 50'], { atMost: 150 }, 1);
  }
  await dataSource.destroy();
});
