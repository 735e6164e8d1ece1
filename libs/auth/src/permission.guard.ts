import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { holds, type RequestWithCaller, ROUTE_ACCESS, type RouteAccess } from '@kubarr/access';
import { NotSignedIn, PermissionMissing } from './auth.errors.js';

/** Asks for the permission that a route names. A route without any access decorator is refused to everybody. */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    const { caller } = context.switchToHttp().getRequest<RequestWithCaller>();
    if (!caller) throw new NotSignedIn();
    if (access === 'authenticated') return true;
    if (access === undefined) throw new Error('A route wears no access decorator');
    if (!holds(caller.permissions, access)) throw new PermissionMissing(access);
    return true;
  }
}
