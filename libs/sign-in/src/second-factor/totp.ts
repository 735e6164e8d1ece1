/** otplib, imported at first use: that takes 70 ms, which a start need not wait for. */
const loadOtplib = (): Promise<typeof import('otplib')> => import('otplib');

/** Length of a time step in seconds; what every authenticator app assumes. Source: RFC 6238. */
const STEP_SECONDS = 30;

/** 20 random bytes as base32. Source: RFC 4226, section 4, requirement 6. */
export const newTotpSecret = async (): Promise<string> => (await loadOtplib()).generateSecret({ length: 20 });

/** What authenticator apps read from a QR code. The label is escaped whole: an e-mail address may contain a colon. */
export function provisioningUri(secret: string, email: string): string {
  return `otpauth://totp/Kubarr:${encodeURIComponent(email)}?secret=${secret}&issuer=Kubarr`;
}

/**
 * The time step that a code belongs to, or `undefined` for a wrong code. One step early or late is fine: clocks differ
 * and people type slowly. Whether the step was used before is for the caller to know.
 *
 * @param code Six digits; anything else is wrong.
 * @param now Milliseconds since the epoch.
 */
export async function stepOfCode(secret: string, code: string, now: number): Promise<number | undefined> {
  if (!/^\d{6}$/.test(code)) return undefined;
  const { verifySync } = await loadOtplib();
  const result = verifySync({ secret, token: code, epoch: now / 1_000, epochTolerance: STEP_SECONDS });
  return result.valid ? Math.floor(now / 1_000 / STEP_SECONDS) + result.delta : undefined;
}
