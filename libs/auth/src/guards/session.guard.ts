import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type RequestWithCaller, ROUTE_ACCESS, type RouteAccess } from '@kubarr/access';
import { ApiTokenDirectory } from '../api-tokens/api-token-directory.js';
import { ApiTokenInvalid, NotSignedIn } from '../auth.errors.js';
import { LastUsedRecorder } from '../last-used/last-used-recorder.job.js';
import { activeTokenOf } from '../sessions/session-cookies.js';
import { SessionStrategy } from '../sessions/session.strategy.js';

const BEARER = 'Bearer ';

/**
 * Requires a live session or an API token on every route that is not public, and stores the caller on the request. A token
 * verified within the last minute is found in memory. While the database is unavailable the answer is 503, never 401: an
 * outage ends no session.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly strategy: SessionStrategy,
    private readonly apiTokens: ApiTokenDirectory,
    private readonly lastUsed: LastUsedRecorder,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<RequestWithCaller>();
    const { authorization } = request.headers;
    // Never both: bearer requests skip the cross-site check, so their cookies must not count.
    if (authorization?.startsWith(BEARER)) return this.admitToken(request, authorization.slice(BEARER.length));
    const token = activeTokenOf(request.cookies);
    if (token === undefined) throw new NotSignedIn();
    const caller = this.strategy.findCachedCaller(token) ?? (await this.strategy.findCaller(token));
    if (!caller) throw new NotSignedIn();
    request.caller = caller;
    this.lastUsed.recordSession(caller.sessionId);
    return true;
  }

  private async admitToken(request: RequestWithCaller, token: string): Promise<true> {
    const caller = this.apiTokens.getCached(token) ?? (await this.apiTokens.resolve(token));
    if (caller?.apiTokenId === undefined) throw new ApiTokenInvalid();
    request.caller = caller;
    this.lastUsed.recordApiToken(caller.apiTokenId);
    return true;
  }
}
