import { anonymousActor } from '@kubarr/access';
import { KeyRing, SecretBox } from '@kubarr/platform/secrets';
import jwt from 'jsonwebtoken';
import { randomBytes } from 'node:crypto';
import { RightsFixture } from '../../../../test/support/rights-fixture.js';
import { NotSignedIn } from '../auth.errors.js';
import { SessionDirectory } from './session-directory.js';
import { SessionIssuer } from './session-issuer.js';
import { SessionStrategy } from './session.strategy.js';
import { SessionTokens } from './session-tokens.js';

describe('SessionDirectory', () => {
  let fixture: RightsFixture;
  let tokens: SessionTokens;
  let directory: SessionDirectory;
  let strategy: SessionStrategy;
  let userId: number;

  /** Signs the account in and answers its token. */
  const signIn = async (): Promise<string> => {
    const profile = await fixture.profiles.findById(userId);
    if (!profile) throw new Error('no account');
    const issuer = new SessionIssuer(fixture.dataSource, fixture.accounts, tokens, directory, fixture.audit);
    const actor = anonymousActor('192.0.2.1', null);
    const { cookies } = await issuer.issue(actor, profile, [], { method: 'password' });
    return cookies[0]?.value ?? '';
  };
  const sessionOf = async (token: string) => {
    const session = await strategy.resolve(token);
    if (!session) throw new Error('no session');
    return session;
  };
  const change = (sql: string): Promise<void> =>
    fixture.dataSource.transaction(async (transaction) => {
      await transaction.query(sql);
      await fixture.profiles.invalidate(transaction, userId);
    });

  beforeAll(async () => {
    fixture = await RightsFixture.start();
    tokens = new SessionTokens(fixture.dataSource, new SecretBox(new KeyRing(Buffer.alloc(32, 1))));
    directory = new SessionDirectory(
      fixture.dataSource,
      fixture.profiles,
      fixture.accounts,
      fixture.bus,
      fixture.caches,
    );
    strategy = new SessionStrategy(tokens, directory);
  });
  afterAll(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    await fixture.addRole('reader', { permissions: ['storage.view'] });
    userId = await fixture.addUser('anna', 'reader');
  });

  it('finds the caller of a token, from memory once it was verified', async () => {
    const token = await signIn();
    expect(strategy.findCachedCaller(token)).toBeUndefined();
    const caller = await strategy.findCaller(token);
    expect(caller).toMatchObject({ userId, username: 'anna', permissions: new Set(['storage.view']) });
    expect(strategy.findCachedCaller(token)).toEqual(caller);
  });

  it('refuses a token that is unsigned, expired, signed by another key or algorithm, or cut', async () => {
    const token = await signIn();
    const { sid } = jwt.decode(token) as { sid: string };
    const { header } = jwt.decode(token, { complete: true }) as { header: { kid: string } };
    const [, payload = '', signature = ''] = token.split('.');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', kid: header.kid })).toString('base64url');
    const forged = [
      `${unsigned}.${payload}.`,
      `${unsigned}.${payload}.${signature}`,
      jwt.sign({ sid }, randomBytes(32), { keyid: header.kid }),
      jwt.sign({ sid }, randomBytes(32), { keyid: 'unknown' }),
      jwt.sign({ sid }, tokens.keyFor(token) ?? '', { keyid: header.kid, expiresIn: -1 }),
      jwt.sign({ sid }, tokens.keyFor(token) ?? '', { keyid: header.kid, algorithm: 'HS512' }),
      token.slice(0, -2),
      'x',
      '',
    ];
    for (const text of forged) expect([text, await strategy.findCaller(text)]).toEqual([text, undefined]);
    expect(await strategy.findCaller(token)).toBeDefined();
  });

  it('forgets a session that ends, in memory too', async () => {
    const [ended, other] = [await signIn(), await signIn()];
    const { sessionId } = await sessionOf(ended);
    await sessionOf(other);
    await fixture.dataSource.transaction((transaction) => directory.end(transaction, sessionId));
    expect(strategy.findCachedCaller(ended)).toBeUndefined();
    expect(await strategy.findCaller(ended)).toBeUndefined();
    expect(strategy.findCachedCaller(other)).toBeDefined();
  });

  it.each(['is_active = false', 'is_approved = false'])('finds nobody while the account has %s', async (state) => {
    const token = await signIn();
    await sessionOf(token);
    await change(`UPDATE users SET ${state}`);
    expect(await strategy.findCaller(token)).toBeUndefined();
  });

  it('finds no session after the expiry', async () => {
    const token = await signIn();
    await fixture.dataSource.query(
      "UPDATE sessions SET created_at = now() - interval '2 days', expires_at = now() - interval '1 second'",
    );
    expect(await strategy.findCaller(token)).toBeUndefined();
  });

  it('ends all sessions of an account but the one that stays valid', async () => {
    const [kept, ended] = [await signIn(), await signIn()];
    const { sessionId } = await sessionOf(kept);
    await sessionOf(ended);
    await fixture.dataSource.transaction(async (transaction) => {
      const validFrom = await fixture.accounts.endSessions(transaction, userId);
      await directory.setValidFrom(transaction, sessionId, validFrom);
      await fixture.profiles.invalidate(transaction, userId);
    });
    expect(await strategy.findCaller(kept)).toBeDefined();
    expect(await strategy.findCaller(ended)).toBeUndefined();
  });

  it('has no permissions while a second factor must be set up', async () => {
    const token = await signIn();
    await change('UPDATE roles SET requires_2fa = true WHERE name = $$reader$$');
    expect(await strategy.findCaller(token)).toMatchObject({ mustEnrol: true, permissions: new Set() });
  });

  it('locks the account of a live session only, and sees an end that committed while it waited', async () => {
    const session = await sessionOf(await signIn());
    const lock = (): Promise<void> =>
      fixture.dataSource.transaction((transaction) => directory.lockAccountOf(transaction, session));
    await lock();
    let waiting: Promise<void> | undefined;
    await fixture.dataSource.transaction(async (transaction) => {
      await fixture.accounts.endSessions(transaction, userId);
      waiting = lock();
      waiting.catch(() => undefined);
    });
    await expect(waiting).rejects.toThrow(NotSignedIn);
  });
});
