import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { type RequestWithCaller, ROUTE_ACCESS, type RouteAccess, type SignedIn } from '@kubarr/access';
import { ApiTokenDirectory } from '../api-tokens/api-token-directory.js';
import { ApiTokenInvalid, NotSignedIn } from '../auth.errors.js';
import { LastAccess } from './last-access.js';
import { activeTokenOf } from './session-cookies.js';
import { SessionDirectory } from './session-directory.js';
import { SESSION_STRATEGY } from './session.strategy.js';
import { SessionTokens } from './session-tokens.js';

const BEARER = 'Bearer ';

/**
 * Asks every route that is not public for a live session or an API token, and leaves the person on the request. A token
 * seen within the last minute costs a look into memory; any other session goes through passport. While the database is
 * away the answer is 503, never 401: nobody is signed out by an outage.
 */
@Injectable()
export class SessionGuard extends AuthGuard(SESSION_STRATEGY) {
  constructor(
    private readonly reflector: Reflector,
    private readonly directory: SessionDirectory,
    private readonly tokens: SessionTokens,
    private readonly apiTokens: ApiTokenDirectory,
    private readonly lastAccess: LastAccess,
  ) {
    super({ property: 'caller' });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<RequestWithCaller>();
    const { authorization } = request.headers;
    // Never both: the cross-site check lets bearer requests pass, so their cookies must not count.
    if (authorization?.startsWith(BEARER)) return this.admitToken(request, authorization.slice(BEARER.length));
    const token = activeTokenOf(request.cookies);
    if (token === undefined) throw new NotSignedIn();
    request.caller = this.directory.remembered(token);
    if (!request.caller) {
      await this.tokens.prepare(token);
      await super.canActivate(context);
    }
    if (!request.caller) throw new NotSignedIn();
    this.lastAccess.noteSession(request.caller.sessionId);
    return true;
  }

  override handleRequest<Caller = SignedIn>(error: unknown, caller: Caller | false): Caller {
    if (error instanceof Error) throw error;
    if (!caller) throw new NotSignedIn();
    return caller;
  }

  private async admitToken(request: RequestWithCaller, token: string): Promise<true> {
    const caller = this.apiTokens.remembered(token) ?? (await this.apiTokens.holderOf(token));
    if (caller?.apiTokenId === undefined) throw new ApiTokenInvalid();
    request.caller = caller;
    this.lastAccess.noteApiToken(caller.apiTokenId);
    return true;
  }
}
