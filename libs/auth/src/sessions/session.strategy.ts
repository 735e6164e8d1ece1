import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { type SignedIn } from '@kubarr/access';
import { type FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { activeTokenOf } from './session-cookies.js';
import { SessionDirectory, signedIn } from './session-directory.js';
import { SessionTokens, type SessionToken } from './session-tokens.js';

export const SESSION_STRATEGY = 'session';

/** Verifies the session cookie and finds the person behind it. Keys were loaded by the guard. */
@Injectable()
export class SessionStrategy extends PassportStrategy(Strategy, SESSION_STRATEGY) {
  constructor(
    tokens: SessionTokens,
    private readonly directory: SessionDirectory,
  ) {
    super({
      jwtFromRequest: (request: FastifyRequest) => activeTokenOf(request.cookies) ?? null,
      algorithms: ['HS256'],
      passReqToCallback: true,
      secretOrKeyProvider: (_: unknown, token: string, done: (error: Error | null, key?: string) => void) => {
        const key = tokens.keyFor(token);
        if (key)
          done(null, key as unknown as string); // its types know text only; a KeyObject verifies 25 times faster
        else done(new Error('the token names no key of ours'));
      },
    });
  }

  async validate(request: FastifyRequest, { sid }: SessionToken): Promise<SignedIn | false> {
    const holder = await this.directory.holderOf(activeTokenOf(request.cookies) ?? '', sid);
    return holder ? signedIn(holder, holder.profile) : false;
  }
}
