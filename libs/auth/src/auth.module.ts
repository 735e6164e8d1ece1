import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { SettingsModule } from '@kubarr/settings';
import { UsersModule } from '@kubarr/users';

import { ApiToken } from './api-tokens/api-token.entity.js';
import { ApiTokenDirectory } from './api-tokens/api-token-directory.js';
import { ApiTokensController } from './api-tokens/api-tokens.controller.js';
import { ApiTokensService } from './api-tokens/api-tokens.service.js';
import { Challenge } from './challenges/challenge.entity.js';
import { Challenges } from './challenges/challenges.js';
import { Confirmation } from './confirmation/confirmation.js';
import { ConfirmationController } from './confirmation/confirmation.controller.js';
import { SignInCleanup } from './challenges/sign-in-cleanup.job.js';
import { RecentProof } from './sessions/recent-proof.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { Passkey } from './passkeys/passkey.entity.js';
import { PasskeySignIn } from './passkeys/passkey-sign-in.service.js';
import { PasskeysController, PasskeySignInController } from './passkeys/passkeys.controller.js';
import { PasskeysService } from './passkeys/passkeys.service.js';
import { LinkedAccount } from './providers/linked-account.entity.js';
import { LinkedAccounts } from './providers/linked-accounts.js';
import { ProviderClients } from './providers/provider-clients.js';
import { ProviderNewcomers } from './providers/provider-newcomers.js';
import { ProviderSettings } from './providers/provider-settings.js';
import { ProviderCompletion } from './providers/provider-completion.js';
import { ProviderSignIn } from './providers/provider-sign-in.service.js';
import { ProviderTrip } from './providers/provider-trip.js';
import { ProvidersController, ProviderSignInController } from './providers/providers.controller.js';
import { SignInProvider } from './providers/sign-in-provider.entity.js';
import { PublicOrigin } from './public-origin.js';
import { OwnAccountController } from './own-account/own-account.controller.js';
import { OwnAccountService } from './own-account/own-account.service.js';
import { PasswordConfirmations } from './confirmation/password-confirmations.js';
import { RefusalRecorder } from './refusals/refusal-recorder.js';
import { Admission } from './registration/admission.js';
import { RegistrationController } from './registration/registration.controller.js';
import { RegistrationService } from './registration/registration.service.js';
import { BrowserSessionReader } from './sessions/browser-sessions.js';
import { LastAccess } from './last-use/last-access.js';
import { PermissionGuard } from './guards/permission.guard.js';
import { OtherSessions } from './sessions/other-sessions.js';
import { OtherSessionsController } from './sessions/other-sessions.controller.js';
import { SessionCleanup } from './sessions/session-cleanup.job.js';
import { SessionCookieWriter } from './sessions/session-cookie-writer.js';
import { SessionDirectory } from './sessions/session-directory.js';
import { Session } from './sessions/session.entity.js';
import { SessionGuard } from './guards/session.guard.js';
import { SessionStrategy } from './sessions/session.strategy.js';
import { SessionTokens } from './sessions/session-tokens.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SocketSessions } from './sessions/socket-sessions.js';
import { NewSessions } from './sessions/new-sessions.js';
import { PasswordStep } from './sign-in/password-step.js';
import { SignInGuesses } from './sign-in/sign-in-guesses.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { WaysIn } from './sign-in/ways-in.js';
import { SigningKey } from './sessions/signing-key.entity.js';
import { RecoveryCode } from './two-factor/recovery-code.entity.js';
import { RecoveryCodes } from './two-factor/recovery-codes.js';
import { SecondFactors } from './two-factor/second-factors.js';
import { TotpSecret } from './two-factor/totp-secret.entity.js';
import { TwoFactorOfOthers } from './two-factor/two-factor-of-others.js';
import { SecurityController, TwoFactorController } from './two-factor/two-factor.controller.js';
import { TwoFactorService } from './two-factor/two-factor.service.js';

const ENTITIES = [
  ApiToken,
  Challenge,
  LinkedAccount,
  Passkey,
  RecoveryCode,
  Session,
  SignInProvider,
  SigningKey,
  TotpSecret,
];

@Module({
  imports: [AuditModule, SettingsModule, UsersModule, TypeOrmModule.forFeature(ENTITIES)],
  controllers: [
    ApiTokensController,
    ConfirmationController,
    SessionsController,
    SignInController,
    OtherSessionsController,
    OwnAccountController,
    PasskeysController,
    PasskeySignInController,
    ProvidersController,
    ProviderSignInController,
    RegistrationController,
    SecurityController,
    TwoFactorController,
  ],
  providers: [
    Admission,
    ApiTokenDirectory,
    ApiTokensService,
    BrowserSessionReader,
    Challenges,
    Confirmation,
    LastAccess,
    LinkedAccounts,
    NewSessions,
    PasskeySignIn,
    PasskeysService,
    PasswordStep,
    PermissionGuard,
    ProviderClients,
    ProviderCompletion,
    ProviderNewcomers,
    ProviderSettings,
    ProviderSignIn,
    ProviderTrip,
    PublicOrigin,
    RecentProof,
    RecoveryCodes,
    SecondFactors,
    OtherSessions,
    OwnAccountService,
    PasswordConfirmations,
    RefusalRecorder,
    RegistrationService,
    SessionCleanup,
    SessionCookieWriter,
    SessionDirectory,
    SessionGuard,
    SessionStrategy,
    SessionTokens,
    SessionsService,
    SignInCleanup,
    SignInGuesses,
    SignInService,
    SocketSessions,
    TwoFactorOfOthers,
    TwoFactorService,
    WaysIn,
  ],
  exports: [
    ApiTokenDirectory,
    PermissionGuard,
    SessionGuard,
    SessionDirectory,
    SessionTokens,
    SocketSessions,
    LastAccess,
  ],
})
export class AuthModule {}
