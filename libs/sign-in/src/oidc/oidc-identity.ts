import { usernameRefusal } from '@kubarr/users';
import { type IDToken, type UserInfoResponse } from 'openid-client';

/** The identity of a user at a provider, from the verified ID token. */
export interface OidcIdentity {
  readonly issuer: string;
  /** Never changes and is never reassigned, unlike an e-mail address. */
  readonly subject: string;
  readonly email: string | null;
  readonly isEmailVerified: boolean;
  /** For people. */
  readonly displayName: string | null;
  /** What to make a user name of, best first. */
  readonly nameHints: readonly string[];
}

/**
 * The text of a claim, which can be anything: without control characters, which PostgreSQL may refuse, and without half
 * a character at the cut.
 */
function text(value: unknown, longest: number): string | null {
  const plain = typeof value === 'string' ? value.replace(/\p{Cc}/gu, '').trim() : '';
  return plain === '' ? null : plain.slice(0, longest).replace(/\p{Cs}/gu, '');
}

/**
 * Reads the claims. An e-mail address counts as verified only where the provider says so. Microsoft does so by the
 * claim `xms_edov`, which an administrator of the tenant has to enable.
 */
export function identityOf({ iss, sub }: IDToken, claims: Partial<IDToken> | UserInfoResponse): OidcIdentity {
  const email = text(claims.email, 254);
  const isVerified = [true, 'true'].includes(claims.email_verified as boolean | string);
  const isVerifiedByMicrosoft = [true, 1, '1', 'true'].includes(claims['xms_edov'] as boolean | number | string);
  const displayName = text(claims.name, 128);
  const hints = [text(claims.preferred_username, 128), displayName, email].flatMap((hint) => (hint ? [hint] : []));
  return {
    issuer: iss,
    subject: sub,
    email,
    isEmailVerified: email !== null && (isVerified || isVerifiedByMicrosoft),
    displayName,
    nameHints: hints,
  };
}

/** Numbers tried after a name that is taken. */
const NUMBERED = 20;

/**
 * Possible user names, best first: the part before an `@`, in lower case, with `_` for spaces and without what no user
 * name may contain.
 *
 * @param fallback Used when nothing is left of the hints, and at the end when all others are taken.
 */
export function usernameCandidates(hints: readonly string[], fallback: string): string[] {
  const cleaned = hints.map((hint) =>
    (hint.split('@')[0] ?? '')
      .normalize('NFKC')
      .toLowerCase()
      .trim()
      .replace(/\s+/gu, '_')
      .replace(/[^\p{L}\p{M}\p{N}._-]/gu, '')
      .slice(0, 56),
  );
  const [base = fallback] = cleaned.filter((name) => usernameRefusal(name) === undefined);
  return [base, ...Array.from({ length: NUMBERED }, (_, index) => `${base}_${index + 1}`), fallback];
}
