export { EMAIL_LENGTH, PASSWORD_LENGTH, USERNAME_LENGTH } from './account-rules.js';
export { Accounts, type NewAccount, type SignInAccount } from './accounts.js';
export { Profiles, type Profile } from './profiles.js';
export { Recipients } from './recipients.js';
export { UsersModule } from './users.module.js';
