import { once } from 'node:events';
import { request } from 'node:http';
import { jest } from '@jest/globals';
import { AuditExport } from '../../libs/audit/src/audit-export.js';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';
import { reaches } from '../support/reaches.js';

describe('The audit log', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  const actions = async (query = ''): Promise<string[]> =>
    (await administrator.get(`/api/audit?per_page=100&${query}`)).body.logs.map((entry: any) => entry.action);

  beforeAll(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterAll(() => kubarr.close());

  it('tells the whole first run, newest first, with address and agent', async () => {
    const { logs } = (await administrator.get('/api/audit')).body;
    expect(logs.map((entry: any) => entry.action)).toEqual([
      'login',
      'setup_completed',
      'system_setting_changed',
      'user_created',
      'system_setting_changed',
    ]);
    const [me] = await kubarr.dataSource.query('SELECT id FROM users');
    expect(logs[0]).toMatchObject({
      user_id: me.id,
      username: 'admin',
      resource_type: 'session',
      resource_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      details: '{"method":"password"}',
      ip_address: '127.0.0.1',
      user_agent: expect.any(String),
      success: true,
      error_message: null,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('keeps failed sign-ins with the name as typed and the reason, and never the password', async () => {
    await kubarr
      .browser({ 'user-agent': 'Guesser/1.0' })
      .post('/auth/login', { username: 'amdin', password: 'my secret guess' });
    await kubarr.browser().post('/auth/login', { username: 'admin', password: 'my secret guess' });
    const { logs } = (await administrator.get('/api/audit?action=login_failed')).body;
    expect(logs.map((entry: any) => [entry.username, entry.error_message, entry.success])).toEqual([
      ['admin', 'wrong password', false],
      ['amdin', 'unknown account', false],
    ]);
    expect(logs[1]).toMatchObject({ user_id: null, user_agent: 'Guesser/1.0' });
    expect(JSON.stringify(logs)).not.toContain('secret');
  });

  it('records a change of a setting with old and new value, in the same transaction', async () => {
    expect((await administrator.put('/api/settings/registration_enabled', { value: 'false' })).body.value).toBe(
      'false',
    );
    const [entry] = (await administrator.get('/api/audit?action=system_setting_changed')).body.logs;
    expect(JSON.parse(entry.details)).toEqual({ setting: 'registration_enabled', old: 'true', new: 'false' });
    expect(entry.resource_id).toBe('registration_enabled');
  });

  it('records signing out and ended sessions', async () => {
    const browser = await kubarr.signIn(ADMINISTRATOR);
    const other = await kubarr.signIn(ADMINISTRATOR);
    const session = (await other.get('/auth/sessions')).body.find((entry: any) => entry.is_current);
    await browser.delete(`/auth/sessions/${session.id}`);
    await browser.post('/auth/logout');
    expect((await actions()).slice(0, 2)).toEqual(['logout', 'session_revoked']);
  });

  it('filters by action in both spellings, kind, outcome, account and time', async () => {
    expect(new Set(await actions('action=login'))).toEqual(new Set(['login']));
    expect(await actions('action=LoginFailed')).toEqual(await actions('action=login_failed'));
    expect(new Set(await actions('resource_type=session'))).not.toContain('user_created');
    expect(new Set(await actions('success=false'))).toEqual(new Set(['login_failed']));
    expect(await actions('success=true')).not.toContain('login_failed');
    expect(await actions('user_id=999')).toEqual([]);
    expect(await actions('to=2020-01-01T00:00:00Z')).toEqual([]);
    expect((await actions('from=2020-01-01T00:00:00%2B02:00')).length).toBeGreaterThan(0);
  });

  it('finds part of a name, an id or a detail, where % and _ mean themselves', async () => {
    expect((await actions('search=AMDIN')).length).toBe(1);
    expect((await actions('search=registration_en')).length).toBe(1);
    expect(await actions('search=registration%25enabled')).toEqual([]);
    expect(await actions('search=registrationXenabled')).toEqual([]);
    expect(await actions("search=';DROP TABLE audit_logs;--")).toEqual([]);
  });

  it('pages, and cuts larger pages to 100', async () => {
    const page = (await administrator.get('/api/audit?page=2&per_page=2')).body;
    const all = await actions();
    expect(page).toMatchObject({ page: 2, per_page: 2, total: all.length, total_pages: Math.ceil(all.length / 2) });
    expect(page.logs.map((entry: any) => entry.action)).toEqual(all.slice(2, 4));
    expect((await administrator.get('/api/audit?per_page=5000')).body.per_page).toBe(100);
    expect((await administrator.get('/api/audit?page=1000000')).body.logs).toEqual([]);
    expect((await administrator.get('/api/audit?')).status).toBe(200);
  });

  it('goes on after an entry, however deep, and says where the next page begins', async () => {
    const walked: string[] = [];
    for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null;) {
      const after: string = walked.length === 0 ? '' : `&before=${before}`;
      const { logs, next_before, total } = (await administrator.get(`/api/audit?per_page=2${after}`)).body;
      walked.push(...logs.map((entry: any) => entry.action));
      expect(walked.length).toBeLessThanOrEqual(total);
      before = next_before;
    }
    expect(walked).toEqual(await actions());
    expect((await administrator.get(`/api/audit?before=${Number.MAX_SAFE_INTEGER}`)).body.logs).toEqual([]);
    expect((await administrator.get('/api/audit?before=0')).status).toBe(400);
  });

  it('shows people without audit.view their own entries, and nothing else', async () => {
    const { id } = await kubarr.addUser('lotte', ['viewer']);
    const lotte = await kubarr.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    const own = (await lotte.get(`/api/audit?user_id=${id}&per_page=10`)).body;
    expect(own.logs.map((entry: any) => entry.action)).toEqual(['login']);
    for (const query of ['', '?user_id=1', '?action=login']) {
      const answer = await lotte.get(`/api/audit${query}`);
      expect(answer.status).toBe(403);
      expect(answer.body.code).toBe('audit.not-allowed');
    }
  });

  it('counts what is kept, today, this week, by action and by day', async () => {
    const { total } = (await administrator.get('/api/audit?per_page=1')).body;
    const failed = (await administrator.get('/api/audit?per_page=1&success=false')).body.total;
    const stats = (await administrator.get('/api/audit/stats')).body;
    expect(stats).toMatchObject({
      total_events: total,
      failed_events: failed,
      successful_events: total - failed,
      events_today: total,
      events_this_week: total,
      per_day: [{ day: new Date().toISOString().slice(0, 10), total, failed }],
    });
    expect(stats.per_action).toContainEqual({ action: 'login_failed', total: failed, failed });
    expect(stats.top_actions).toEqual(
      stats.per_action.slice(0, 10).map((row: any) => ({ action: row.action, count: row.total })),
    );
    expect(stats.top_actions[0].count).toBeGreaterThanOrEqual(stats.top_actions[1].count);
    expect(stats.recent_failures.map((entry: any) => entry.action)).toEqual(Array(failed).fill('login_failed'));
    expect((await administrator.get('/api/audit/stats?days=0')).status).toBe(400);
  });

  it('is exported as a file, with the filters of the list, in any length', async () => {
    await kubarr.dataSource.query(`
      INSERT INTO audit_logs (action, resource_type, username, user_agent, details)
      SELECT 'app_accessed', 'app', 'a "quoted", name', '=1+1', 'line' || chr(10) || n FROM generate_series(1, 2500) AS n`);
    const lines = await administrator.get('/api/audit/export?format=jsonl&action=app_accessed');
    expect(lines.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    const entries = lines.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(entries.map((entry) => entry.id)).size).toBe(2_500);
    expect(entries.map((entry) => entry.id)).toEqual(entries.map((entry) => entry.id).sort((a, b) => b - a));
    const table = await administrator.get('/api/audit/export?action=app_accessed');
    expect(table.headers.get('content-disposition')).toBe('attachment; filename="kubarr-audit.csv"');
    expect(table.text).toMatch(/^id,timestamp,user_id,username,/);
    expect(table.text).toContain(`,"a ""quoted"", name",app_accessed,app,,"line\n2500",,'=1+1,true,\r\n`);
    expect((await administrator.get('/api/audit/export?format=xml')).status).toBe(400);
    await kubarr.dataSource.query("DELETE FROM audit_logs WHERE action = 'app_accessed'");
    const lotte = await kubarr.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    expect((await lotte.get('/api/audit/export')).status).toBe(403);
  });

  it('is read no further than it is exported, and not at all when the client has gone', async () => {
    await kubarr.dataSource.query(`
      INSERT INTO audit_logs (action, resource_type, user_agent)
      SELECT 'app_accessed', 'app', repeat('x', 2000) FROM generate_series(1, 15000)`);
    const exports = kubarr.app.get(AuditExport, { strict: false });
    const lines = exports.lines.bind(exports);
    let batches = 0;
    let hasEnded = false;
    jest.spyOn(exports, 'lines').mockImplementation(async function* (filter, format) {
      try {
        for await (const batch of lines(filter, format)) {
          batches++;
          yield batch;
        }
      } finally {
        hasEnded = true;
      }
    });
    const cookie = [...administrator.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const download = request(new URL('/api/audit/export', kubarr.url), { headers: { cookie } }).end();
    await once(download, 'response'); // of which nothing is read
    await reaches(() => batches > 1);
    expect(hasEnded).toBe(false);
    download.destroy();
    await reaches(() => hasEnded);
    expect(batches).toBeLessThan(15);
    jest.restoreAllMocks();
    await kubarr.dataSource.query("DELETE FROM audit_logs WHERE action = 'app_accessed'");
  });

  it('is cleared of old entries by those who may, and the clearing is recorded', async () => {
    await kubarr.dataSource.query(`
      INSERT INTO audit_logs ("timestamp", action, resource_type) SELECT now() - n * interval '1 day', 'login', 'session' FROM generate_series(1, 200) AS n`);
    const before = (await administrator.get('/api/audit/stats')).body.total_events;
    for (const days of [0, -1, 36_501, 1.5, '90'])
      expect((await administrator.post('/api/audit/clear', { days })).status).toBe(422);
    const lotte = await kubarr.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    for (const answer of [await lotte.post('/api/audit/clear', {}), await lotte.get('/api/audit/stats')])
      expect(answer.status).toBe(403);
    const { deleted, message } = (await administrator.post('/api/audit/clear', {})).body;
    expect([deleted, message]).toEqual([110, expect.stringContaining('90 days')]);
    const [entry] = (await administrator.get('/api/audit?action=audit_cleared')).body.logs;
    expect(JSON.parse(entry.details)).toEqual({ days: 90, entries: 110 });
    expect((await administrator.get('/api/audit/stats')).body.total_events).toBe(before - 110 + 2); // lotte's sign-in and the clearing
  });

  it('uses an index for every list that it offers', async () => {
    await kubarr.dataSource.query(`
      INSERT INTO audit_logs ("timestamp", user_id, username, action, resource_type, success)
      SELECT now() - n * interval '1 minute', n % 50, 'u' || n % 50, 'action' || n % 30, 'kind' || n % 6, n % 20 > 0
      FROM generate_series(1, 20000) AS n`);
    await kubarr.dataSource.query('ANALYZE audit_logs');
    for (const [where, index] of [
      ['true', 'ix_audit_logs_timestamp'],
      ['user_id = 7', 'ix_audit_logs_user'],
      ["action = 'action7'", 'ix_audit_logs_action'],
      ['NOT success', 'ix_audit_logs_failures'],
      ['("timestamp", id) < ((SELECT "timestamp" FROM audit_logs WHERE id = 9000), 9000)', 'ix_audit_logs_timestamp'],
    ]) {
      const plan = await kubarr.dataSource.query(
        `EXPLAIN SELECT * FROM audit_logs WHERE ${where} ORDER BY "timestamp" DESC, id DESC LIMIT 50`,
      );
      expect(JSON.stringify(plan)).toContain(index);
    }
  });
});
