import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { Strategy, type StrategyOptionsWithRequest, type VerifiedCallback } from 'passport-jwt';
import { ALGORITHM, type SessionToken, SessionTokens } from './session-tokens.js';
import { callerOf, type ResolvedSession, SessionDirectory } from './session-directory.js';

/** What the strategy reads a token from: HTTP requests and sockets have only their cookies in common. */
interface TokenSource {
  readonly token: string;
}

/**
 * The one check of a session token: signature and expiry by passport-jwt, then session and account. The guard, the
 * sockets and the slots of a browser use it. Runs without passport, whose registry of strategies is global: of two
 * applications in one process the second would answer for both.
 */
@Injectable()
export class SessionStrategy extends Strategy {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly directory: SessionDirectory,
  ) {
    const options: StrategyOptionsWithRequest = {
      jwtFromRequest: ({ token }: TokenSource) => token,
      algorithms: [ALGORITHM],
      passReqToCallback: true,
      secretOrKeyProvider: (_: unknown, token: string, done: (error: Error | null, key?: string) => void) => {
        const key = tokens.keyFor(token);
        // The types know text only; a KeyObject verifies 25 times faster.
        if (key) done(null, key as unknown as string);
        else done(new Error('the token names an unknown signing key'));
      },
    };
    super(options, ({ token }: TokenSource, { sid }: SessionToken, done: VerifiedCallback) => {
      directory.resolve(token, sid).then(
        (session) => done(null, session ?? false),
        (error: unknown) => done(error, false),
      );
    });
  }

  /** The caller behind a token. Without a query while the session is cached. Rejects while the database is unavailable. */
  async findCaller(token: string): Promise<SignedIn | undefined> {
    const session = await this.resolve(token);
    return session && callerOf(session, session.profile);
  }

  /** {@link findCaller} for a token that was verified within the last minute, else `undefined`. Never waits. */
  findCachedCaller(token: string): SignedIn | undefined {
    return this.directory.getCached(token);
  }

  /** The live session of a token, or `undefined`. Rejects while the database is unavailable. */
  async resolve(token: string): Promise<ResolvedSession | undefined> {
    await this.tokens.loadKeyOf(token);
    return new Promise((resolve, reject) => {
      // Passport, too, runs a strategy on a copy that carries the three outcomes. Source: passport's authenticate.js.
      const attempt = Object.create(this) as Strategy;
      attempt.success = (session: ResolvedSession) => resolve(session);
      attempt.fail = () => resolve(undefined);
      attempt.error = reject;
      void attempt.authenticate({ token } as unknown as Parameters<Strategy['authenticate']>[0]);
    });
  }
}
