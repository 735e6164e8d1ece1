import { SYSTEM } from '@kubarr/access';
import { RightsFixture } from '../../../test/support/rights-fixture.js';
import { EmailTaken, UsernameTaken } from './users.errors.js';

describe('Accounts', () => {
  let fixture: RightsFixture;
  const create = (username: string, email: string, isApproved = true): Promise<number> =>
    fixture.dataSource.transaction((transaction) =>
      fixture.accounts.create(transaction, SYSTEM, { username, email }, { passwordHash: 'none', isApproved }),
    );
  const lock = (userId: number, sessionsValidAfter: Date | null): Promise<boolean> =>
    fixture.dataSource.transaction((transaction) =>
      fixture.accounts.lockIfUnchanged(transaction, userId, sessionsValidAfter),
    );

  beforeAll(async () => {
    fixture = await RightsFixture.start();
  });
  afterAll(() => fixture.stop());
  beforeEach(() => fixture.clear());

  it('finds an account by user name or e-mail, in any case', async () => {
    const id = await create('Anna', 'Anna@Home.example');
    for (const text of ['anna', 'ANNA', 'anna@home.EXAMPLE'])
      expect(await fixture.accounts.findForSignIn(text)).toMatchObject({ id });
    expect(await fixture.accounts.findForSignIn('anna@')).toBeUndefined();
  });

  it('refuses a user name or e-mail that differs from a taken one only by case', async () => {
    await create('anna', 'anna@home.example');
    await expect(create('ANNA', 'other@home.example')).rejects.toThrow(UsernameTaken);
    await expect(create('other', 'ANNA@home.example')).rejects.toThrow(EmailTaken);
  });

  it('records a new account in the audit log, and neither when the transaction fails', async () => {
    const entries = (): Promise<{ resource_id: string }[]> =>
      fixture.dataSource.query("SELECT resource_id FROM audit_logs WHERE action = 'user_created' ORDER BY id DESC");
    const id = await create('anna', 'anna@home.example');
    const before = await entries();
    expect(before[0]).toEqual({ resource_id: String(id) });
    const failed = fixture.dataSource.transaction(async (transaction) => {
      const account = { username: 'berta', email: 'berta@home.example' };
      await fixture.accounts.create(transaction, SYSTEM, account, { passwordHash: 'none', isApproved: true });
      throw new Error('later in the same change');
    });
    await expect(failed).rejects.toThrow('later');
    expect(await entries()).toEqual(before);
    expect(await fixture.accounts.findForSignIn('berta')).toBeUndefined();
  });

  it('verifies a password against the stored hash only', async () => {
    const id = await create('anna', 'anna@home.example');
    const hash = await fixture.accounts.hash('correct horse battery');
    await fixture.dataSource.transaction((transaction) => fixture.accounts.setPassword(transaction, id, hash));
    expect(await fixture.accounts.hasPassword(id, 'correct horse battery')).toBe(true);
    expect(await fixture.accounts.hasPassword(id, 'correct horse batterx')).toBe(false);
    expect(await fixture.accounts.hasPassword(id + 1, 'correct horse battery')).toBe(false);
  });

  it('does not lock an account for a sign-in that was proved before all sessions ended', async () => {
    const id = await create('anna', 'anna@home.example');
    expect(await lock(id, null)).toBe(true);
    const endedAt = await fixture.dataSource.transaction((transaction) =>
      fixture.accounts.endSessions(transaction, id),
    );
    expect(await lock(id, null)).toBe(false);
    expect(await lock(id, endedAt)).toBe(true);
  });

  it('drops the cached profile when all sessions end or the password is replaced', async () => {
    const id = await create('anna', 'anna@home.example');
    const isCached = (): boolean => fixture.profiles.getCached(id) !== undefined;
    await fixture.profiles.findById(id);
    expect(isCached()).toBe(true);
    await fixture.dataSource.transaction((transaction) => fixture.accounts.endSessions(transaction, id));
    expect(isCached()).toBe(false);
    await fixture.profiles.findById(id);
    await fixture.dataSource.transaction((transaction) =>
      fixture.accounts.resetPassword(transaction, SYSTEM, { id, username: 'anna' }, 'other', { by: 'a test' }),
    );
    expect(isCached()).toBe(false);
    const [entry] = await fixture.dataSource.query<[{ details: string }]>(
      `SELECT details FROM audit_logs WHERE action = 'password_changed' AND resource_id = $1`,
      [String(id)],
    );
    expect(JSON.parse(entry.details)).toEqual({ username: 'anna', reset: true, by: 'a test' });
  });

  it.each(['is_active', 'is_approved'])('does not lock an account that is not %s', async (column) => {
    const id = await create('anna', 'anna@home.example');
    await fixture.dataSource.query(`UPDATE users SET ${column} = false`);
    expect(await lock(id, null)).toBe(false);
  });

  it('makes a sign-in under way wait for the end of all sessions, and refuses it then', async () => {
    const id = await create('anna', 'anna@home.example');
    let signIn: Promise<boolean> | undefined;
    await fixture.dataSource.transaction(async (transaction) => {
      await fixture.accounts.endSessions(transaction, id);
      signIn = lock(id, null);
    });
    expect(await signIn).toBe(false);
  });

  it('counts the accounts that wait, and sees whether an administrator exists', async () => {
    const state = () => fixture.accounts.registrationState(fixture.dataSource.manager);
    await create('anna', 'anna@home.example', false);
    expect(await state()).toEqual({ waiting: 1, hasAdministrator: false });
    await fixture.dataSource.transaction((transaction) =>
      fixture.accounts.createAdministrator(transaction, SYSTEM, { username: 'adam', email: 'a@home.example' }, 'none'),
    );
    expect(await state()).toEqual({ waiting: 1, hasAdministrator: true });
  });
});
