/** Accounts that one browser can be signed in with at the same time. */
export const SLOT_COUNT = 5;

/** Life of a session and of its cookies, in seconds: 7 days from sign-in. */
export const SESSION_SECONDS = 7 * 24 * 60 * 60;

const ACTIVE_COOKIE = 'kubarr_active';
/** Copy of the active slot's token, for clients that know only one session. */
const LEGACY_COOKIE = 'kubarr_session';
const slotCookie = (slot: number): string => `kubarr_session_${slot}`;

/** The session cookies of one request. */
export interface SessionSlots {
  /** Tokens by slot, `undefined` = empty. Always {@link SLOT_COUNT} long. */
  readonly tokens: readonly (string | undefined)[];
  /** The slot named by the cookie; 0 when it names none. */
  readonly active: number;
  readonly legacy: string | undefined;
}

/** A cookie to write; `undefined` clears it. */
export interface CookieChange {
  readonly name: string;
  readonly value: string | undefined;
  /** Life in seconds; that of a session when absent. */
  readonly maxAgeSeconds?: number;
}

/** An answer together with the cookies that go with it. */
export interface WithCookies<Answer> {
  readonly answer: Answer;
  readonly cookies: readonly CookieChange[];
}

export function readSlots(cookies: Readonly<Record<string, string | undefined>>): SessionSlots {
  const active = Number(cookies[ACTIVE_COOKIE] ?? '0');
  return {
    tokens: Array.from({ length: SLOT_COUNT }, (_, slot) => cookies[slotCookie(slot)] || undefined),
    active: Number.isInteger(active) && active >= 0 && active < SLOT_COUNT ? active : 0,
    legacy: cookies[LEGACY_COOKIE] || undefined,
  };
}

/**
 * Which session counts: that of the active slot; that of the legacy cookie only in a browser without any slot cookie.
 * An empty active slot never selects another account.
 */
export function activeToken({ tokens, active, legacy }: SessionSlots): string | undefined {
  return tokens.some((token) => token !== undefined) ? tokens[active] : legacy;
}

/** {@link activeToken} directly from the cookies of a request: the hot path, which parses only the slots it needs. */
export function activeTokenOf(cookies: Readonly<Record<string, string | undefined>>): string | undefined {
  const active = cookies[ACTIVE_COOKIE];
  const token = cookies[slotCookie(active === undefined ? 0 : Number(active))];
  return token || activeToken(readSlots(cookies));
}

/** The cookies that make `slot` the active one, with `token`. */
export function signInCookies(slot: number, token: string): CookieChange[] {
  return [{ name: slotCookie(slot), value: token }, ...activateCookies(slot, token)];
}

/** The cookies that make an already filled slot the active one. */
export function activateCookies(slot: number, token: string): CookieChange[] {
  return [
    { name: ACTIVE_COOKIE, value: String(slot) },
    { name: LEGACY_COOKIE, value: token },
  ];
}

/** The cookies after signing out of `slot`: the lowest slot that still has a live session becomes active, if any. */
export function signOutCookies(slot: number, remaining: readonly { slot: number; token: string }[]): CookieChange[] {
  const [next] = remaining.filter((entry) => entry.slot !== slot).sort((a, b) => a.slot - b.slot);
  const cleared = { name: slotCookie(slot), value: undefined };
  if (next) return [cleared, ...activateCookies(next.slot, next.token)];
  return [cleared, { name: ACTIVE_COOKIE, value: undefined }, { name: LEGACY_COOKIE, value: undefined }];
}

/**
 * The slot for a new sign-in: the one that already has this account, else the lowest free one, else slot 0.
 *
 * @param holders Account of the live session in each slot; `undefined` = free.
 */
export function slotFor(userId: number, holders: readonly (number | undefined)[]): number {
  const own = holders.indexOf(userId);
  return own >= 0 ? own : Math.max(0, holders.indexOf(undefined));
}
