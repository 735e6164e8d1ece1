import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { AuthModule } from '@kubarr/auth';
import { SettingsModule } from '@kubarr/settings';
import { UsersModule } from '@kubarr/users';
import { SignInGuesses } from './attempts/sign-in-guesses.js';
import { Challenge } from './challenges/challenge.entity.js';
import { Challenges } from './challenges/challenges.js';
import { SignInCleanup } from './challenges/sign-in-cleanup.job.js';
import { ConfirmationController } from './confirmation/confirmation.controller.js';
import { Confirmation } from './confirmation/confirmation.js';
import { PasswordConfirmations } from './confirmation/password-confirmations.js';
import { LinkedAccount } from './oidc/linked-account.entity.js';
import { LinkedAccounts } from './oidc/linked-accounts.js';
import { ProviderClients } from './oidc/provider-clients.js';
import { ProviderCompletion } from './oidc/provider-completion.js';
import { ProviderNewcomers } from './oidc/provider-newcomers.js';
import { ProviderSettings } from './oidc/provider-settings.js';
import { ProviderSignIn } from './oidc/provider-sign-in.service.js';
import { ProviderTrip } from './oidc/provider-trip.js';
import { ProviderSignInController, ProvidersController } from './oidc/providers.controller.js';
import { SignInProvider } from './oidc/sign-in-provider.entity.js';
import { OwnAccountController } from './own-account/own-account.controller.js';
import { OwnAccountService } from './own-account/own-account.service.js';
import { WaysIn } from './own-account/ways-in.js';
import { PasskeySignIn } from './passkeys/passkey-sign-in.service.js';
import { Passkey } from './passkeys/passkey.entity.js';
import { PasskeySignInController, PasskeysController } from './passkeys/passkeys.controller.js';
import { PasskeysService } from './passkeys/passkeys.service.js';
import { PasswordStep } from './password/password-step.js';
import { SignInController } from './password/sign-in.controller.js';
import { SignInService } from './password/sign-in.service.js';
import { Admission } from './registration/admission.js';
import { RegistrationController } from './registration/registration.controller.js';
import { RegistrationService } from './registration/registration.service.js';
import { RecoveryCode } from './second-factor/recovery-code.entity.js';
import { RecoveryCodes } from './second-factor/recovery-codes.js';
import { SecondFactors } from './second-factor/second-factors.js';
import { TotpSecret } from './second-factor/totp-secret.entity.js';
import { TwoFactorOfOthers } from './second-factor/two-factor-of-others.js';
import { SecurityController, TwoFactorController } from './second-factor/two-factor.controller.js';
import { TwoFactorService } from './second-factor/two-factor.service.js';

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
    ProviderSignInController,
    ProvidersController,
    RegistrationController,
    SecurityController,
    SignInController,
    TwoFactorController,
  ],
  providers: [
    Admission,
    Challenges,
    Confirmation,
    LinkedAccounts,
    OwnAccountService,
    PasskeySignIn,
    PasskeysService,
    PasswordConfirmations,
    PasswordStep,
    ProviderClients,
    ProviderCompletion,
    ProviderNewcomers,
    ProviderSettings,
    ProviderSignIn,
    ProviderTrip,
    RecoveryCodes,
    RegistrationService,
    SecondFactors,
    SignInCleanup,
    SignInGuesses,
    SignInService,
    TwoFactorOfOthers,
    TwoFactorService,
    WaysIn,
  ],
})
export class SignInModule {}
