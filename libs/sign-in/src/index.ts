export { forgetSignInFailures } from './attempts/forget-failures.js';
export { removeFactors, type FactorRemoval } from './second-factor/factor-removal.js';
export { SignInModule } from './sign-in.module.js';
