export { forgetSignInFailures } from './attempts/forget-failures.js';
export { removeFactors, type FactorRemoval } from './second-factor/factor-removal.js';
export { SignInModule } from './sign-in.module.js';
export { LinkedAccountActions, PasskeyActions, SecondFactorActions } from './sign-in.actions.js';
