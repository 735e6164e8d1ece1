import { KubarrError } from '@kubarr/platform/errors';

/** An error whose text we wrote ourselves for administrators. */
export class RunInterrupted extends Error {}

/** Why a run failed, for administrators: our own words only. What others say may hold values; it is in the log. */
export function failureText(error: unknown): string {
  if (error instanceof KubarrError || error instanceof RunInterrupted) return error.message;
  return `It failed with ${error instanceof Error ? error.name : typeof error}; the log of the server tells more.`;
}
