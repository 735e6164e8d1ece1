export { AuthModule } from './auth.module.js';
export { PermissionGuard } from './guards/permission.guard.js';
export { SessionGuard } from './guards/session.guard.js';
export { SocketSessions } from './sessions/socket-sessions.js';
export { forgetSignInFailures } from './sign-in/forget-failures.js';
export { removeFactors, type FactorRemoval } from './two-factor/factor-removal.js';
