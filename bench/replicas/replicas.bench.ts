import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Browser } from '../../test/support/browser.js';
import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { fillHousehold, signInAll } from '../support/household.js';
import { heading, median, verdict } from '../support/report.js';
import { signedInCookie } from '../support/signed-in.js';

const ROUNDS = 60;
const PEOPLE = ROUNDS * 2;

/** Budget for the staleness of the other replica, in milliseconds. */
const BUDGET_MS = 100;

heading(
  'replicas',
  `two processes on one database: from the answer to a change on one of them to the first answer of the other that follows it, asked for again and again on one connection; ${ROUNDS} rounds of each; ${PEOPLE} people, whose sessions and profiles the other knows; baseline: one answer of the other replica, which is as finely as this can be measured`,
);

await withPostgres(async (target, directory) => {
  const variables = (name: string): Record<string, string> => ({
    ...variablesOf(target),
    KUBARR_STATE_DIR: join(directory, name),
    KUBARR_STORAGE_PATH: join(directory, 'data'),
    KUBARR_SETUP_TOKEN: 'off',
  });
  for (const name of ['data', 'here', 'there']) await mkdir(join(directory, name));
  const start = (name: string): Promise<ChildServer> =>
    ChildServer.start('./product-server.js', '/api/health/ready', variables(name));
  const here = await start('here');
  const administrator = new Browser(here.url, { cookie: await signedInCookie(here.url, join(directory, 'data')) });
  const there = await start('there');
  const names = await fillHousehold(target, PEOPLE, 10);
  const cookies = await signInAll(there.url, names);
  const people: { id: number; username: string }[] = (await administrator.get('/api/users?limit=1000')).body;
  const idOf = (position: number): number => people.find(({ username }) => username === names[position])?.id ?? 0;
  const role = (await administrator.post('/api/roles', { name: 'readers' })).body;

  const statusThere = async (cookie: string, path: string): Promise<number> => {
    const answer = await fetch(`${there.url}${path}`, { headers: { cookie } });
    await answer.arrayBuffer();
    return answer.status;
  };
  /** Makes a change here and waits for the other replica to follow. */
  const delayOf = async (
    change: () => Promise<{ status: number; text: string }>,
    cookie: string,
    path: string,
    status: number,
  ) => {
    const { status: done, text } = await change();
    if (done !== 200) throw new Error(text);
    const changedAt = performance.now();
    while ((await statusThere(cookie, path)) !== status)
      if (performance.now() - changedAt > 10_000) throw new Error(`${path} never answered ${status}`);
    return performance.now() - changedAt;
  };

  const delays: Record<'permission' | 'account' | 'session', number[]> = { permission: [], account: [], session: [] };
  const answers: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = [cookies[round * 2] ?? '', cookies[round * 2 + 1] ?? ''];
    for (const cookie of [first, second]) await statusThere(cookie, '/api/users/me');
    const askedAt = performance.now();
    await statusThere(first, '/api/users/me');
    answers.push(performance.now() - askedAt);

    const [id, otherId] = [idOf(round * 2), idOf(round * 2 + 1)];
    await administrator.patch(`/api/users/${id}`, { role_ids: [role.id] });
    await administrator.put(`/api/roles/${role.id}/permissions`, { permissions: [] });
    await statusThere(first, '/api/settings');
    const grant = () => administrator.put(`/api/roles/${role.id}/permissions`, { permissions: ['settings.view'] });
    delays.permission.push(await delayOf(grant, first, '/api/settings', 200));
    const deactivate = () => administrator.patch(`/api/users/${id}`, { is_active: false });
    delays.account.push(await delayOf(deactivate, first, '/api/users/me', 401));
    const [session] = (await administrator.get(`/api/users/${otherId}/sessions`)).body as [{ id: string }];
    const end = () => administrator.delete(`/api/users/${otherId}/sessions/${session.id}`);
    delays.session.push(await delayOf(end, second, '/api/users/me', 401));
  }

  console.log(`one answer of the other replica: p50 ${median(answers).toFixed(1)} ms`);
  for (const [what, figures] of Object.entries(delays)) {
    const sorted = [...figures].sort((a, b) => a - b);
    const at = (part: number): string => (sorted[Math.floor((sorted.length - 1) * part)] ?? NaN).toFixed(1);
    console.log(`${what.padEnd(10)} p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`);
    verdict(`${what}, longest delay in ms`, Math.max(...figures), { atMost: BUDGET_MS }, 1);
  }
  await here.stop();
  await there.stop();
});
