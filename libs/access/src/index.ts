export { anonymousActor, SYSTEM, type Actor, type SignedIn } from './actor.js';
export {
  API_TOKENS,
  ApiTokens,
  Authenticated,
  CurrentActor,
  CurrentUser,
  DOCUMENTED_ACCESS,
  OPEN_DURING_ENROLMENT,
  OpenDuringEnrolment,
  Public,
  RequirePermission,
  ROUTE_ACCESS,
  type RouteAccess,
} from './route-access.js';
export { actorOf, type RequestWithCaller } from './request-caller.js';
export {
  ADMIN_ROLE,
  appOf,
  appPermission,
  isAppName,
  PERMISSIONS,
  effectivePermissions,
  hasPermission,
  isAdministrator,
  isPermission,
  type Permission,
  type PermissionKey,
  type RoleGrants,
} from './permissions.js';
export { type Authority, authorityOf, covers } from './authority.js';
