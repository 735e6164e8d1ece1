import { defineAlerts } from '@kubarr/alerts';

/** What several entries of the audit log show together. */
export const SignInAlerts = defineAlerts({
  newAddress: {
    key: 'sign_in_from_new_address',
    title: 'Sign-in from a new address',
    severity: 'warning',
    audience: 'account',
  },
  manyFailures: { key: 'many_failed_sign_ins', title: 'Many failed sign-ins', severity: 'warning' },
});
