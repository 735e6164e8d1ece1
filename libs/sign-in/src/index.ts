export { SignInAttempts } from './attempts/sign-in-attempts.js';
export { SecondFactors } from './second-factor/second-factors.js';
export { SignInModule } from './sign-in.module.js';
export { LinkedAccountActions, PasskeyActions, SecondFactorActions } from './sign-in.actions.js';
export { SignInConfig } from './sign-in.config.js';
export { RegistrationSettings } from './registration/registration.settings.js';
