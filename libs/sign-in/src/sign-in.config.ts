import { defineConfig, integer } from '@kubarr/platform/config';

export class SignInConfig extends defineConfig({
  failuresPerAccount: integer('KUBARR_SIGN_IN_FAILURES_PER_ACCOUNT', {
    minimum: 0,
    maximum: 10_000,
    default: 10,
    purpose: 'Failed sign-ins per account in 15 minutes before it must wait; 0 = no limit.',
  }),
  failuresPerAddress: integer('KUBARR_SIGN_IN_FAILURES_PER_ADDRESS', {
    minimum: 0,
    maximum: 100_000,
    default: 50,
    purpose: 'Failed sign-ins per network address in 15 minutes before it must wait; 0 = no limit.',
  }),
}) {}
