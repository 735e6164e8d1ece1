import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiCookieAuth, ApiExtension } from '@kubarr/platform/openapi';
import { type Actor, type SignedIn } from './actor.js';
import { type PermissionKey } from './permissions.js';
import { actorOf, type RequestWithCaller } from './request-caller.js';

/** Who may call a route: `public`, `authenticated`, or the permission it needs. Also `x-permission` in OpenAPI. */
export type RouteAccess = 'public' | 'authenticated' | PermissionKey;

/** Metadata key under which every route carries its {@link RouteAccess}. */
export const ROUTE_ACCESS = 'kubarr:route-access';

/** Metadata key of the permission that OpenAPI names for a route; an API token needs it even for one's own things. */
export const DOCUMENTED_ACCESS = 'kubarr:documented-access';

/** Metadata key of a route that is open while a second factor has yet to be set up. */
export const OPEN_DURING_ENROLMENT = 'kubarr:open-during-enrolment';

/** Metadata key of the exceptions that {@link ApiTokens} declares. */
export const API_TOKENS = 'kubarr:api-tokens';

const access = (value: RouteAccess, documentedAs: RouteAccess = value) =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, value),
    SetMetadata(DOCUMENTED_ACCESS, documentedAs),
    ApiExtension('x-permission', documentedAs),
    ...(value === documentedAs ? [] : [ApiExtension('x-own-things', true)]),
    ...(value === 'public' ? [] : [ApiCookieAuth()]),
  );

/** Anyone may call the route, signed in or not. */
export const Public = (): MethodDecorator & ClassDecorator => access('public');

/**
 * Any person with a live session may call the route. A service that needs a permission for everything but one's own
 * things passes that permission as `documentedAs`: OpenAPI then names it, with `x-own-things` beside it.
 */
export const Authenticated = (documentedAs?: PermissionKey): MethodDecorator & ClassDecorator =>
  access('authenticated', documentedAs);

/** Only callers with the permission may call the route. */
export const RequirePermission = (permission: PermissionKey): MethodDecorator & ClassDecorator => access(permission);

/** The route is needed to set up a second factor: open to people whose role requires one that they do not have yet. */
export const OpenDuringEnrolment = (): MethodDecorator => SetMetadata(OPEN_DURING_ENROLMENT, true);

/**
 * Whether API tokens may call a route. By default they may where the route names a permission, and may not where any
 * signed-in person may: those routes are about accounts, passwords and second factors.
 */
export const ApiTokens = (rule: 'allowed' | 'refused'): MethodDecorator & ClassDecorator =>
  SetMetadata(API_TOKENS, rule);

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
