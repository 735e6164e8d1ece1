/** Who does something, and from where. Writing methods take one; the audit log stores it. */
export interface Actor {
  readonly userId: number | null;
  readonly username: string | null;
  /** Network address of the client; `null` when the product itself acts. */
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** A person with a live session, as the guards leave it on the request. */
export interface SignedIn {
  readonly userId: number;
  readonly username: string;
  readonly sessionId: string;
  /** Every permission key the person holds, `app.<name>` and `app.*` included. */
  readonly permissions: ReadonlySet<string>;
}

/** The product itself: jobs, start-up. */
export const SYSTEM: Actor = { userId: null, username: null, address: null, userAgent: null };

/** A caller without a session, seen from `address`. */
export const ANONYMOUS = (address: string | null, userAgent: string | null): Actor => ({
  userId: null,
  username: null,
  address,
  userAgent,
});
