import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type RequestWithCaller, ROUTE_ACCESS, type RouteAccess } from '@kubarr/access';
import { ApiTokenDirectory } from '../api-tokens/api-token-directory.js';
import { ApiTokenInvalid, NotSignedIn } from '../auth.errors.js';
import { LastUsedRecorder } from '../last-used/last-used-recorder.js';
import { activeTokenOf } from '../sessions/session-cookies.js';
import { SessionDirectory } from '../sessions/session-directory.js';
import { SessionStrategy } from '../sessions/session.strategy.js';

const BEARER = 'Bearer ';

/**
 * Asks every route that is not public for a live session or an API token, and leaves the person on the request. A token
 * seen within the last minute costs a look into memory; any other session is verified. While the database is
 * away the answer is 503, never 401: nobody is signed out by an outage.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly directory: SessionDirectory,
    private readonly strategy: SessionStrategy,
    private readonly apiTokens: ApiTokenDirectory,
    private readonly lastAccess: LastUsedRecorder,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
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
    const caller = this.directory.getCached(token) ?? (await this.strategy.callerOf(request));
    if (!caller) throw new NotSignedIn();
    request.caller = caller;
    this.lastAccess.recordSession(caller.sessionId);
    return true;
  }

  private async admitToken(request: RequestWithCaller, token: string): Promise<true> {
    const caller = this.apiTokens.getCached(token) ?? (await this.apiTokens.resolve(token));
    if (caller?.apiTokenId === undefined) throw new ApiTokenInvalid();
    request.caller = caller;
    this.lastAccess.recordApiToken(caller.apiTokenId);
    return true;
  }
}
