import { TestApplication } from '../support/application.js';
import { runScheduled } from '../support/scheduled-jobs.js';
import { type Browser } from '../support/browser.js';
import { reaches } from '../support/reaches.js';
import { read } from '../support/sources.js';

/** As psql runs it: the comments are its own. */
const AFTER_RESTORE = read('cnpg/restore/sql/after-restore.sql');

describe('A dump that was read into another server', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  const total = async (): Promise<number> => (await administrator.get('/api/audit/stats')).body.total_events;
  const rows = async (): Promise<number> => {
    const [{ count }] = await kubarr.dataSource.query('SELECT count(*)::int AS count FROM audit_logs');
    return count as number;
  };
  const counted = async (): Promise<number> => {
    const [{ sum }] = await kubarr.dataSource.query(
      'SELECT coalesce(sum(events), 0)::int AS sum FROM audit_daily_totals',
    );
    return sum as number;
  };
  /** Polls: transactions in other databases of the same server may hold the reader back for a while. */
  const readsUpTo = async (wanted: number): Promise<void> => {
    await reaches(async () => {
      await runScheduled(kubarr, 'audit-totals');
      return (await counted()) >= wanted;
    });
    expect(await counted()).toBe(wanted);
  };

  beforeAll(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterAll(() => kubarr.close());

  it('has exact totals again, and goes on counting, once its transaction numbers are reset', async () => {
    // A server that had written far more than this one.
    await kubarr.dataSource.query("UPDATE audit_logs SET written_by = '900000000000'");
    await kubarr.dataSource.query("UPDATE audit_cursors SET written_by = '900000000000', id = 1000000");
    await kubarr.dataSource.query(
      "INSERT INTO audit_cursors (name, written_by, id) VALUES ('other', '5', 1) ON CONFLICT DO NOTHING",
    );
    await kubarr.dataSource.query(
      "INSERT INTO audit_seals (day, closing_transaction) VALUES (current_date - 1, '900000000000') ON CONFLICT DO NOTHING",
    );
    await kubarr.dataSource.query(AFTER_RESTORE);

    const before = await rows();
    await readsUpTo(before);
    expect(await total()).toBe(before);
    await administrator.put('/api/settings/registration_enabled', { value: 'false' });
    expect(await rows()).toBe(before + 1);
    await readsUpTo(before + 1);
    expect(await total()).toBe(before + 1);
  });

  it('tells other readers of the log nothing twice', async () => {
    const [other] = await kubarr.dataSource.query("SELECT written_by, id FROM audit_cursors WHERE name = 'other'");
    const [{ max }] = await kubarr.dataSource.query(
      "SELECT max(id)::int AS max FROM audit_logs WHERE written_by = '0'",
    );
    expect(other).toEqual({ written_by: '0', id: max });
  });

  it('seals the days that waited for their seal', async () => {
    await reaches(async () => {
      await runScheduled(kubarr, 'audit-seals');
      const open = await kubarr.dataSource.query('SELECT day FROM audit_seals WHERE seal IS NULL');
      const all = await kubarr.dataSource.query('SELECT day FROM audit_seals');
      return all.length > 0 && open.length === 0;
    });
  });
});
