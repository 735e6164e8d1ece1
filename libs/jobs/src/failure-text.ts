import { KubarrError } from '@kubarr/platform/errors';

/** An error of the engine, with a text for administrators. */
export class RunInterrupted extends Error {}

export class RunTimedOut extends RunInterrupted {
  constructor(timeoutMs: number) {
    super(`It took longer than ${timeoutMs / 1_000} seconds.`);
  }
}

/** The stored or given input does not satisfy the input class: a mistake in the code, or a job of another release. */
export class JobInputInvalid extends RunInterrupted {
  constructor(name: string, fields: string) {
    super(`The input of the job ${name} does not fit this release: ${fields}.`);
  }
}

/** Why a run failed, for administrators. The text of an unknown error may contain values, so only the log has it. */
export function failureText(error: unknown): string {
  if (error instanceof KubarrError || error instanceof RunInterrupted) return error.message;
  return `It failed with ${error instanceof Error ? error.name : typeof error}; the server’s log has the details.`;
}
