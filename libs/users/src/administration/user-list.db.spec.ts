import { jest } from '@jest/globals';
import { type UserResponse, responseOf } from '../user-response.js';
import { RightsFixture } from '../../../../test/support/rights-fixture.js';
import { UserList } from './user-list.js';

describe('UserList', () => {
  let fixture: RightsFixture;
  let list: UserList;
  const page = async (skip = 0, limit = 100): Promise<UserResponse[]> =>
    JSON.parse(await list.list({ skip, limit })) as UserResponse[];

  beforeAll(async () => {
    fixture = await RightsFixture.start();
    list = new UserList(fixture.dataSource, fixture.bus, fixture.caches);
  });
  afterAll(() => fixture.stop());
  beforeEach(() => fixture.clear());

  it('answers each account as its own route does', async () => {
    await fixture.addRole('reader', { permissions: ['storage.view'], apps: ['plex', 'a-b', 'ab', 'a-c'] });
    await fixture.addRole('all apps', { permissions: ['logs.view'], apps: ['*'] });
    const ids = [
      await fixture.addUser('adam', 'admin'),
      await fixture.addUser('anna', 'reader', 'all apps'),
      await fixture.addUser('berta "the \\ ü\u2028"'),
      await fixture.addUser('carla', 'reader'),
    ];
    await fixture.dataSource.query(
      "UPDATE users SET created_at = '2026-01-02 03:04:05.6789+05', is_active = id % 2 = 0",
    );
    await fixture.dataSource.query(
      "INSERT INTO user_preferences (user_id, theme) SELECT id, 'dark' FROM users WHERE username = 'anna'",
    );
    await fixture.dataSource.transaction((transaction) => fixture.profiles.invalidate(transaction, null));
    const single: UserResponse[] = [];
    for (const id of ids) {
      const profile = await fixture.profiles.findById(id);
      if (profile) single.push(responseOf(profile));
    }
    expect(single).toHaveLength(4);
    expect(await page()).toEqual(single);
  });

  it('pages by id, and lists accounts that wait on their own', async () => {
    const ids: number[] = [];
    for (const name of ['anna', 'berta', 'carla']) ids.push(await fixture.addUser(name));
    expect((await page(1, 1)).map(({ id }) => id)).toEqual([ids[1]]);
    expect(await page(3)).toEqual([]);
    await fixture.dataSource.query('UPDATE users SET is_approved = false WHERE id = $1', [ids[2]]);
    expect((JSON.parse(await list.listPending()) as UserResponse[]).map(({ id }) => id)).toEqual([ids[2]]);
  });

  it('reads a page once for all who wait for it, and never answers from before the request', async () => {
    await fixture.addUser('anna');
    const query = jest.spyOn(fixture.dataSource, 'query');
    const first = page();
    const before = page();
    await fixture.addUser('berta');
    const after = await Promise.all([page(), page(), page(), page()]);
    expect(after.map((users) => users.length)).toEqual([2, 2, 2, 2]);
    // The first, one for `before`, and two at most for the others: one that starts at once and one that the rest share.
    const reads = query.mock.calls.filter(([text]) => text.includes('LEFT JOIN user_preferences'));
    expect(reads.length).toBeLessThanOrEqual(4);
    await Promise.all([first, before]);
    query.mockRestore();
  });

  it('sees a changed role at once', async () => {
    const roleId = await fixture.addRole('reader', { permissions: ['storage.view'] });
    await fixture.addUser('anna', 'reader');
    expect((await page()).map(({ permissions }) => permissions)).toEqual([['storage.view']]);
    await fixture.dataSource.transaction(async (transaction) => {
      await transaction.query("INSERT INTO role_permissions (role_id, permission) VALUES ($1, 'logs.view')", [roleId]);
      await fixture.profiles.invalidate(transaction, null);
    });
    expect((await page()).map(({ permissions }) => permissions)).toEqual([['logs.view', 'storage.view']]);
  });
});
