/** Who does something, and from where. Writing methods take one; the audit log stores it. */
export interface Actor {
  readonly userId: number | null;
  readonly username: string | null;
  /** Network address of the client; `null` when the product itself acts. */
  readonly address: string | null;
  readonly userAgent: string | null;
  /** Identifies the request of a signed-in person in the log lines of the jobs that it enqueues. */
  readonly requestId?: string;
}

/** A person with a live session or an API token, as the guards store it on the request. */
export interface SignedIn {
  readonly userId: number;
  readonly username: string;
  /** Empty for an API token, which cannot call routes about sessions. */
  readonly sessionId: string;
  /** What the caller may do, `app.<name>` and `app.*` included: never more than the person, nothing while `mustEnrol`. */
  readonly permissions: ReadonlySet<string>;
  /** A role requires a second factor that the account does not have: only the routes that set one up can be called. */
  readonly mustEnrol: boolean;
  /** The API token that the request was made with, if any. */
  readonly apiTokenId?: number;
}

/** The product itself: jobs, start-up. */
export const SYSTEM: Actor = { userId: null, username: null, address: null, userAgent: null };

/** A caller without a session, seen from `address`. */
export const anonymousActor = (address: string | null, userAgent: string | null): Actor => ({
  userId: null,
  username: null,
  address,
  userAgent,
});
