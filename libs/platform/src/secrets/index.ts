export { constantTimeEquals } from './constant-time-equals.js';
export { KeyRing, type SealingKey } from './key-ring.js';
export { hasUsablePassword, unusablePasswordHash, PasswordHasher, type Argon2 } from './password-hasher.js';
export { SecretBox, type SealContext } from './secret-box.js';
export { PasswordChecksBusy, PasswordNotUsable, SecretCannotBeOpened } from './secrets.errors.js';
export { SecretsModule } from './secrets.module.js';
export { SecretsConfig } from './secrets.config.js';
