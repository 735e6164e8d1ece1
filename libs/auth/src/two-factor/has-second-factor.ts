import { type Profile } from '@kubarr/users';

/** Topic on which replicas tell each other whose second factors changed: the number of the account. */
export const FACTORS_CHANGED = 'auth.second-factors-changed';

/** SQL that tells whether an account has a second factor: a confirmed authenticator app, or a passkey. */
export const HAS_SECOND_FACTOR = (userId: string): string =>
  `(EXISTS (SELECT 1 FROM totp_secrets t WHERE t.user_id = ${userId} AND t.confirmed_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = ${userId}))`;

/** True when one of the roles demands a second factor. */
export const demandsSecondFactor = ({ roles }: Pick<Profile, 'roles'>): boolean =>
  roles.some((role) => role.requiresTwoFactor);
