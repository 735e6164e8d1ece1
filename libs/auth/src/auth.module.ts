import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { SettingsModule } from '@kubarr/settings';
import { UsersModule } from '@kubarr/users';
import { AuthController } from './auth.controller.js';
import { OwnAccountController } from './own-account/own-account.controller.js';
import { OwnAccountService } from './own-account/own-account.service.js';
import { PasswordConfirmations } from './own-account/password-confirmations.js';
import { RefusalRecorder } from './refusals/refusal-recorder.js';
import { RegistrationController } from './registration/registration.controller.js';
import { RegistrationService } from './registration/registration.service.js';
import { BrowserSessionReader } from './sessions/browser-sessions.js';
import { LastAccess } from './sessions/last-access.js';
import { PermissionGuard } from './permission.guard.js';
import { OtherSessions } from './sessions/other-sessions.js';
import { OtherSessionsController } from './sessions/other-sessions.controller.js';
import { SessionCleanup } from './sessions/session-cleanup.job.js';
import { SessionCookieWriter } from './sessions/session-cookie-writer.js';
import { SessionDirectory } from './sessions/session-directory.js';
import { Session } from './sessions/session.entity.js';
import { SessionGuard } from './sessions/session.guard.js';
import { SessionStrategy } from './sessions/session.strategy.js';
import { SessionTokens } from './sessions/session-tokens.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SocketSessions } from './sessions/socket-sessions.js';
import { NewSessions } from './sessions/new-sessions.js';
import { SignInGuesses } from './sign-in/sign-in-guesses.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { SigningKey } from './sessions/signing-key.entity.js';

@Module({
  imports: [AuditModule, SettingsModule, UsersModule, PassportModule, TypeOrmModule.forFeature([Session, SigningKey])],
  controllers: [AuthController, OwnAccountController, OtherSessionsController, RegistrationController],
  providers: [
    BrowserSessionReader,
    LastAccess,
    NewSessions,
    OtherSessions,
    OwnAccountService,
    PasswordConfirmations,
    PermissionGuard,
    RefusalRecorder,
    RegistrationService,
    SessionCleanup,
    SessionCookieWriter,
    SessionDirectory,
    SessionGuard,
    SessionStrategy,
    SessionTokens,
    SessionsService,
    SignInGuesses,
    SignInService,
    SocketSessions,
  ],
  exports: [PermissionGuard, SessionGuard, SessionDirectory, SessionTokens, SocketSessions, LastAccess],
})
export class AuthModule {}
