import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiCookieAuth, ApiExtension } from '@kubarr/platform/openapi';
import { type Actor, type SignedIn } from './actor.js';
import { type PermissionKey } from './permissions.js';
import { actorOf, type RequestWithCaller } from './request-caller.js';

/** Who may call a route: `public`, `authenticated`, or the permission it needs. Also `x-permission` in OpenAPI. */
export type RouteAccess = 'public' | 'authenticated' | PermissionKey;

/** Metadata key under which every route carries its {@link RouteAccess}. */
export const ROUTE_ACCESS = 'kubarr:route-access';

const access = (value: RouteAccess, documentedAs: RouteAccess = value) =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, value),
    ApiExtension('x-permission', documentedAs),
    ...(value === documentedAs ? [] : [ApiExtension('x-own-things', true)]),
    ...(value === 'public' ? [] : [ApiCookieAuth()]),
  );

/** Anyone may call the route, signed in or not. */
export const Public = (): MethodDecorator & ClassDecorator => access('public');

/**
 * Any person with a live session may call the route. Where the service itself asks for a permission, except for one's own
 * things, that permission is what OpenAPI says, with `x-own-things` beside it.
 */
export const Authenticated = (documentedAs?: PermissionKey): MethodDecorator & ClassDecorator =>
  access('authenticated', documentedAs);

/** Only people who hold the permission may call the route. */
export const RequirePermission = (permission: PermissionKey): MethodDecorator & ClassDecorator => access(permission);

const requestOf = (context: ExecutionContext): RequestWithCaller =>
  context.switchToHttp().getRequest<RequestWithCaller>();

/** The actor behind the request, for audit entries. Works on public routes too. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor =>
  actorOf(requestOf(context)),
);

/** The signed-in person. Only on routes that are not public. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): SignedIn => {
  const { caller } = requestOf(context);
  if (!caller) throw new Error('CurrentUser is used on a route that needs no session');
  return caller;
});
