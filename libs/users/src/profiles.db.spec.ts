import { RightsFixture } from '../../../test/support/rights-fixture.js';

describe('Profiles', () => {
  let fixture: RightsFixture;
  let asked: readonly number[][] = [];

  beforeAll(async () => {
    fixture = await RightsFixture.start();
  });
  afterAll(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    asked = [];
    fixture.secondFactors.register((_, userIds) => {
      asked = [...asked, [...userIds]];
      return Promise.resolve(new Set());
    });
  });

  const permissionsOf = async (userId: number): Promise<string[]> => [
    ...((await fixture.profiles.findById(userId))?.permissions ?? []),
  ];

  it('merge the permissions of all roles, sorted and without duplicates', async () => {
    await fixture.addRole('reader', { permissions: ['storage.view', 'logs.view'], apps: ['plex'] });
    await fixture.addRole('writer', { permissions: ['storage.view', 'storage.write'], apps: ['jellyfin', 'plex'] });
    const id = await fixture.addUser('anna', 'reader', 'writer');
    expect(await permissionsOf(id)).toEqual(['app.jellyfin', 'app.plex', 'logs.view', 'storage.view', 'storage.write']);
    expect(await fixture.profiles.findById(id)).toMatchObject({
      isAdministrator: false,
      knownApps: ['jellyfin', 'plex'],
      theme: 'system',
    });
  });

  it('know an administrator by the system role', async () => {
    const id = await fixture.addUser('adam', 'admin');
    expect(await fixture.profiles.findById(id)).toMatchObject({ isAdministrator: true });
    expect(await permissionsOf(id)).toContain('app.*');
  });

  it('are not there for an account that does not exist', async () => {
    expect(await fixture.profiles.findById(1_000_000)).toBeUndefined();
  });

  it('stay cached until a transaction that invalidates them commits', async () => {
    const id = await fixture.addUser('anna');
    const before = await fixture.profiles.findById(id);
    const rename = (name: string, fails: boolean): Promise<void> =>
      fixture.dataSource.transaction(async (transaction) => {
        await transaction.query('UPDATE users SET username = $2 WHERE id = $1', [id, name]);
        await fixture.profiles.invalidate(transaction, id);
        if (fails) throw new Error('rolled back');
      });
    await expect(rename('berta', true)).rejects.toThrow('rolled back');
    expect(fixture.profiles.getCached(id)).toBe(before);
    await rename('berta', false);
    expect(fixture.profiles.getCached(id)).toBeUndefined();
    expect(await fixture.profiles.findById(id)).toMatchObject({ username: 'berta' });
  });

  it('are all dropped when a role changes', async () => {
    const ids = [await fixture.addUser('anna'), await fixture.addUser('berta')];
    for (const id of ids) await fixture.profiles.findById(id);
    await fixture.dataSource.transaction((transaction) => fixture.profiles.invalidate(transaction, null));
    expect(ids.map((id) => fixture.profiles.getCached(id))).toEqual([undefined, undefined]);
  });

  it('ask for the second factor of an account only when one of its roles requires one', async () => {
    await fixture.addRole('strict', { requiresTwoFactor: true });
    const [without, strict] = [await fixture.addUser('anna'), await fixture.addUser('berta', 'strict')];
    expect(await fixture.profiles.findById(without)).toMatchObject({ mustEnrol: false });
    expect(asked).toEqual([]);
    expect(await fixture.profiles.findById(strict)).toMatchObject({ mustEnrol: true });
    expect(asked).toEqual([[strict]]);
    fixture.secondFactors.register((_, userIds) => Promise.resolve(new Set(userIds)));
    await fixture.dataSource.transaction((transaction) => fixture.profiles.invalidate(transaction, strict));
    expect(await fixture.profiles.findById(strict)).toMatchObject({ mustEnrol: false });
  });
});
