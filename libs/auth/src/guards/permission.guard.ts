import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  API_TOKENS,
  DOCUMENTED_ACCESS,
  hasPermission,
  OPEN_DURING_ENROLMENT,
  type PermissionKey,
  type RequestWithCaller,
  ROUTE_ACCESS,
  type RouteAccess,
} from '@kubarr/access';
import { ApiTokenRefused, NotSignedIn, PermissionMissing, SecondFactorSetupRequired } from '../auth.errors.js';

/**
 * Requires the permission that a route names. Refuses a route without an access decorator to everyone, every route but
 * those for the setup to a person who must set up a second factor first, and a route that names no permission to API
 * tokens.
 */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const access = this.metadata<RouteAccess>(ROUTE_ACCESS, context);
    if (access === 'public') return true;
    const { caller } = context.switchToHttp().getRequest<RequestWithCaller>();
    if (!caller) throw new NotSignedIn();
    if (access === undefined) throw new Error('A route has no access decorator');
    if (caller.mustEnrol && !this.metadata<boolean>(OPEN_DURING_ENROLMENT, context))
      throw new SecondFactorSetupRequired();
    const needed = caller.apiTokenId === undefined ? access : this.neededByToken(access, context);
    if (needed !== 'authenticated' && !hasPermission(caller.permissions, needed)) throw new PermissionMissing(needed);
    return true;
  }

  /** @throws ApiTokenRefused */
  private neededByToken(
    access: PermissionKey | 'authenticated',
    context: ExecutionContext,
  ): PermissionKey | 'authenticated' {
    const rule = this.metadata<'allowed' | 'refused'>(API_TOKENS, context);
    const documented = this.metadata<PermissionKey | 'authenticated'>(DOCUMENTED_ACCESS, context) ?? access;
    if (rule === 'refused' || (rule === undefined && documented === 'authenticated')) throw new ApiTokenRefused();
    return documented;
  }

  private metadata<Value>(key: string, context: ExecutionContext): Value | undefined {
    return this.reflector.getAllAndOverride<Value | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}
