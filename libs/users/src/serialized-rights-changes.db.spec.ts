import { RightsFixture } from '../../../test/support/rights-fixture.js';
import { type RightsChange, SerializedRightsChanges } from './serialized-rights-changes.js';
import {
  AccountGone,
  BeyondOwnPermissions,
  LastAdministrator,
  PermissionWithdrawn,
  UserNotFound,
} from './users.errors.js';

describe('SerializedRightsChanges', () => {
  let fixture: RightsFixture;
  let changes: SerializedRightsChanges;

  /** Takes all roles from an account, as a change by `byId`. */
  const demote = async (byId: number, userId: number): Promise<void> =>
    changes.execute(await fixture.callerOf(byId), 'users.manage', (change) => removeRoles(change, userId));
  const administrators = async (): Promise<string[]> => {
    const rows = await fixture.dataSource.query<{ username: string }[]>(
      `SELECT u.username FROM users u JOIN user_roles m ON m.user_id = u.id JOIN roles r ON r.id = m.role_id
       WHERE r.name = 'admin' ORDER BY 1`,
    );
    return rows.map(({ username }) => username);
  };

  beforeAll(async () => {
    fixture = await RightsFixture.start();
    changes = new SerializedRightsChanges(fixture.dataSource, fixture.profiles);
  });
  afterAll(() => fixture.stop());
  beforeEach(() => fixture.clear());

  it('lets one of two administrators demote the other when both try at the same time', async () => {
    const [adam, eva] = [await fixture.addUser('adam', 'admin'), await fixture.addUser('eva', 'admin')];
    const results = await Promise.allSettled([demote(adam, eva), demote(eva, adam)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [refused] = results.filter((result) => result.status === 'rejected');
    expect(refused?.reason).toBeInstanceOf(PermissionWithdrawn);
    expect(await administrators()).toHaveLength(1);
  });

  it('rolls back a change that leaves no active administrator', async () => {
    const adam = await fixture.addUser('adam', 'admin');
    await expect(demote(adam, adam)).rejects.toThrow(LastAdministrator);
    expect(await administrators()).toEqual(['adam']);
  });

  it('does not count a disabled or waiting administrator', async () => {
    const [adam, eva] = [await fixture.addUser('adam', 'admin'), await fixture.addUser('eva', 'admin')];
    for (const column of ['is_active', 'is_approved']) {
      await fixture.dataSource.query(`UPDATE users SET ${column} = false WHERE id = $1`, [eva]);
      await expect(demote(adam, adam)).rejects.toThrow(LastAdministrator);
      await fixture.dataSource.query(`UPDATE users SET ${column} = true WHERE id = $1`, [eva]);
    }
  });

  it('refuses a target with more permissions than the caller, and an unknown one', async () => {
    await fixture.addRole('manager', { permissions: ['users.manage'] });
    await fixture.addRole('storage', { permissions: ['storage.view'] });
    const adam = await fixture.addUser('adam', 'admin');
    const manager = await fixture.addUser('anna', 'manager');
    const peer = await fixture.addUser('berta', 'manager');
    const stranger = await fixture.addUser('carla', 'storage');
    for (const target of [adam, stranger]) {
      await expect(demote(manager, target)).rejects.toThrow(BeyondOwnPermissions);
      await expect(changes.loadTarget(await fixture.callerOf(manager), target)).rejects.toThrow(BeyondOwnPermissions);
    }
    await expect(demote(manager, 1_000_000)).rejects.toThrow(UserNotFound);
    await demote(manager, peer);
    expect(await fixture.profiles.findById(peer)).toMatchObject({ roles: [] });
  });

  it('limits the caller to the permissions of the session or token', async () => {
    const [adam, eva] = [await fixture.addUser('adam', 'admin'), await fixture.addUser('eva', 'admin')];
    const caller = { ...(await fixture.callerOf(adam)), permissions: new Set(['users.manage']) };
    const attempt = changes.execute(caller, 'users.manage', (change) => removeRoles(change, eva));
    await expect(attempt).rejects.toThrow(BeyondOwnPermissions);
  });

  it('refuses a caller whose account was disabled after the guard ran', async () => {
    const [adam] = [await fixture.addUser('adam', 'admin'), await fixture.addUser('eva', 'admin')];
    const caller = await fixture.callerOf(adam);
    await fixture.dataSource.query('UPDATE users SET is_active = false WHERE id = $1', [adam]);
    const attempt = changes.execute(caller, undefined, () => Promise.resolve());
    await expect(attempt).rejects.toThrow(AccountGone);
  });
});

async function removeRoles({ transaction, loadTarget, markChanged }: RightsChange, userId: number): Promise<void> {
  await loadTarget(userId);
  await transaction.query('DELETE FROM user_roles WHERE user_id = $1', [userId]);
  markChanged(userId);
}
