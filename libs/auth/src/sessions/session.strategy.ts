import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { type FastifyRequest } from 'fastify';
import { Strategy, type VerifiedCallback } from 'passport-jwt';
import { activeTokenOf } from './session-cookies.js';
import { SessionDirectory, callerOf } from './session-directory.js';
import { SessionTokens, type SessionToken } from './session-tokens.js';

/**
 * Verifies the session cookie and finds the person behind it. It is run by itself and not through passport, whose registry
 * of strategies is one for the whole process: of two applications in one process the later would answer for both.
 */
@Injectable()
export class SessionStrategy {
  private readonly strategy: Strategy;

  constructor(
    private readonly tokens: SessionTokens,
    directory: SessionDirectory,
  ) {
    this.strategy = new Strategy(
      {
        jwtFromRequest: (request: FastifyRequest) => activeTokenOf(request.cookies) ?? null,
        algorithms: ['HS256'],
        passReqToCallback: true,
        secretOrKeyProvider: (_: unknown, token: string, done: (error: Error | null, key?: string) => void) => {
          const key = tokens.keyFor(token);
          if (key)
            done(null, key as unknown as string); // its types know text only; a KeyObject verifies 25 times faster
          else done(new Error('the token names no key of ours'));
        },
      },
      (request: FastifyRequest, { sid }: SessionToken, done: VerifiedCallback) => {
        directory.resolve(activeTokenOf(request.cookies) ?? '', sid).then(
          (holder) => done(null, holder ? callerOf(holder, holder.profile) : false),
          (error: unknown) => done(error, false),
        );
      },
    );
  }

  /** The person with the live session of this request, if there is one. Fails while the database is away. */
  async callerOf(request: FastifyRequest): Promise<SignedIn | undefined> {
    await this.tokens.prepare(activeTokenOf(request.cookies) ?? '');
    return new Promise((resolve, reject) => {
      // A strategy tells what it found through methods that whoever runs it puts on a copy. Source: passport's own README.
      const attempt = Object.create(this.strategy) as Strategy;
      attempt.success = (caller: SignedIn) => resolve(caller);
      attempt.fail = () => resolve(undefined);
      attempt.error = reject;
      void attempt.authenticate(request as unknown as Parameters<Strategy['authenticate']>[0]);
    });
  }
}
