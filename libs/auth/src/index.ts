export { AuthModule } from './auth.module.js';
export { PermissionGuard } from './permission.guard.js';
export { SessionGuard } from './sessions/session.guard.js';
export { SocketSessions } from './sessions/socket-sessions.js';
export { forgetSignInFailures } from './sign-in/forget-failures.js';
export { removeFactors, type FactorRemoval } from './two-factor/factor-removal.js';
