export { deleteSignInFailures } from './attempts/delete-failures.js';
export { removeSecondFactors, type SecondFactorRemoval } from './second-factor/second-factor-removal.js';
export { SignInModule } from './sign-in.module.js';
export { LinkedAccountActions, PasskeyActions, SecondFactorActions } from './sign-in.actions.js';
export { SignInConfig } from './sign-in.config.js';
export { RegistrationSettings } from './registration/registration.settings.js';
