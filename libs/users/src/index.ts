export { EMAIL_LENGTH, PASSWORD_LENGTH, USERNAME_LENGTH, usernameRefusal } from './account-rules.js';
export { Accounts, type NewAccount, type SignInAccount } from './accounts.js';
export { Profiles, type Profile } from './profiles.js';
export { SecondFactorHolders, type SecondFactorLookup } from './second-factor-holders.js';
export { EmailTaken, UsernameTaken } from './users.errors.js';
export { UsersModule } from './users.module.js';
