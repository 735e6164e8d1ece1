import { generateSync } from 'otplib';
import { type Browser } from './browser.js';

/** The code that an authenticator app shows at `now` plus `steps` times 30 seconds. */
export const codeOf = (secret: string, steps = 0): string =>
  generateSync({ secret, epoch: Date.now() / 1_000 + steps * 30 });

/** Sets an authenticator app up as a person would. It uses up the code of the step before: the current one is unused. */
export async function enrolTotp(browser: Browser): Promise<{ secret: string; recoveryCodes: string[] }> {
  const begun = await browser.post('/api/users/me/2fa/setup');
  if (begun.status !== 200) throw new Error(begun.text);
  const { secret } = begun.body as { secret: string };
  const answer = await browser.post('/api/users/me/2fa/enable', { code: codeOf(secret, -1) });
  if (answer.status !== 200) throw new Error(answer.text);
  return { secret, recoveryCodes: (answer.body as { recovery_codes: string[] }).recovery_codes };
}
