import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { AuthModule } from '@kubarr/auth';
import { SettingsModule } from '@kubarr/settings';
import { UsersModule } from '@kubarr/users';
import { SignInAttempts } from './attempts/sign-in-attempts.js';
import { Challenge } from './challenges/challenge.entity.js';
import { Challenges } from './challenges/challenges.js';
import { SignInCleanup } from './challenges/sign-in-cleanup.job.js';
import { ConfirmationController } from './confirmation/confirmation.controller.js';
import { Confirmation } from './confirmation/confirmation.js';
import { PasswordPrompt } from './confirmation/password-prompt.js';
import { LinkedAccount } from './oidc/linked-account.entity.js';
import { LinkedAccounts } from './oidc/linked-accounts.js';
import { OidcClients } from './oidc/oidc-clients.js';
import { OidcSignIn } from './oidc/oidc-sign-in.js';
import { OidcRegistration } from './oidc/oidc-registration.js';
import { OidcProvidersService } from './oidc/oidc-providers.service.js';
import { OidcService } from './oidc/oidc.service.js';
import { OidcFlow } from './oidc/oidc-flow.js';
import { OidcController, OidcProvidersController } from './oidc/oidc.controller.js';
import { SignInProvider } from './oidc/sign-in-provider.entity.js';
import { OwnAccountController } from './own-account/own-account.controller.js';
import { OwnAccountService } from './own-account/own-account.service.js';
import { SignInMethods } from './own-account/sign-in-methods.js';
import { PasskeySignIn } from './passkeys/passkey-sign-in.service.js';
import { Passkey } from './passkeys/passkey.entity.js';
import { PasskeySignInController, PasskeysController } from './passkeys/passkeys.controller.js';
import { PasskeysService } from './passkeys/passkeys.service.js';
import { PasswordVerifier } from './password/password-verifier.js';
import { PasswordSignInController } from './password/password-sign-in.controller.js';
import { PasswordSignInService } from './password/password-sign-in.service.js';
import { RegistrationPolicy } from './registration/registration-policy.js';
import { RegistrationController } from './registration/registration.controller.js';
import { RegistrationService } from './registration/registration.service.js';
import { RecoveryCode } from './second-factor/recovery-code.entity.js';
import { RecoveryCodes } from './second-factor/recovery-codes.js';
import { SecondFactors } from './second-factor/second-factors.js';
import { TotpSecret } from './second-factor/totp-secret.entity.js';
import { SecondFactorAdministration } from './second-factor/second-factor-administration.js';
import { SecurityController, SecondFactorController } from './second-factor/second-factor.controller.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';

@Module({
  imports: [
    AuditModule,
    AuthModule,
    SettingsModule,
    UsersModule,
    TypeOrmModule.forFeature([Challenge, LinkedAccount, Passkey, RecoveryCode, SignInProvider, TotpSecret]),
  ],
  controllers: [
    ConfirmationController,
    OwnAccountController,
    PasskeySignInController,
    PasskeysController,
    OidcController,
    OidcProvidersController,
    RegistrationController,
    SecurityController,
    PasswordSignInController,
    SecondFactorController,
  ],
  providers: [
    RegistrationPolicy,
    Challenges,
    Confirmation,
    LinkedAccounts,
    OwnAccountService,
    PasskeySignIn,
    PasskeysService,
    PasswordPrompt,
    PasswordVerifier,
    OidcClients,
    OidcSignIn,
    OidcRegistration,
    OidcProvidersService,
    OidcService,
    OidcFlow,
    RecoveryCodes,
    RegistrationService,
    SecondFactors,
    SignInCleanup,
    SignInAttempts,
    PasswordSignInService,
    SecondFactorAdministration,
    SecondFactorService,
    SignInMethods,
  ],
})
export class SignInModule {}
