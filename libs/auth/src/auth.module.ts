import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { UsersModule } from '@kubarr/users';
import { ApiTokenDirectory } from './api-tokens/api-token-directory.js';
import { ApiToken } from './api-tokens/api-token.entity.js';
import { ApiTokensController } from './api-tokens/api-tokens.controller.js';
import { ApiTokensService } from './api-tokens/api-tokens.service.js';
import { PermissionGuard } from './guards/permission.guard.js';
import { SessionGuard } from './guards/session.guard.js';
import { LastUsedRecorder } from './last-used/last-used-recorder.job.js';
import { PublicOrigin } from './public-origin.js';
import { RefusalRecorder } from './refusals/refusal-recorder.job.js';
import { BrowserSessionReader } from './sessions/browser-sessions.js';
import { SessionIssuer } from './sessions/session-issuer.js';
import { UserSessionsController } from './sessions/user-sessions.controller.js';
import { UserSessionsService } from './sessions/user-sessions.service.js';
import { RecentProof } from './sessions/recent-proof.js';
import { SessionCleanup } from './sessions/session-cleanup.job.js';
import { SessionCookieWriter } from './sessions/session-cookie-writer.js';
import { SessionDirectory } from './sessions/session-directory.js';
import { SessionTokens } from './sessions/session-tokens.js';
import { Session } from './sessions/session.entity.js';
import { SessionStrategy } from './sessions/session.strategy.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SigningKey } from './sessions/signing-key.entity.js';
import { SocketSessions } from './sessions/socket-sessions.js';

@Module({
  imports: [AuditModule, UsersModule, TypeOrmModule.forFeature([ApiToken, Session, SigningKey])],
  controllers: [ApiTokensController, UserSessionsController, SessionsController],
  providers: [
    ApiTokenDirectory,
    ApiTokensService,
    BrowserSessionReader,
    LastUsedRecorder,
    SessionIssuer,
    UserSessionsService,
    PermissionGuard,
    PublicOrigin,
    RecentProof,
    RefusalRecorder,
    SessionCleanup,
    SessionCookieWriter,
    SessionDirectory,
    SessionGuard,
    SessionStrategy,
    SessionTokens,
    SessionsService,
    SocketSessions,
  ],
  exports: [
    ApiTokenDirectory,
    BrowserSessionReader,
    LastUsedRecorder,
    SessionIssuer,
    PermissionGuard,
    PublicOrigin,
    RecentProof,
    SessionCookieWriter,
    SessionDirectory,
    SessionGuard,
    SessionsService,
    SocketSessions,
  ],
})
export class AuthModule {}
