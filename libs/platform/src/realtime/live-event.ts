/** The person behind a socket, as of now. */
export interface Listener {
  readonly userId: number;
  readonly permissions: ReadonlySet<string>;
}

/** An event for people. `channel` and `key` name what changed: a newer event replaces an older one that is not sent yet. */
export interface LiveEvent {
  readonly channel: string;
  readonly key: string;
  /** Plain JSON. The whole new state, because a slow listener gets only the newest event. */
  readonly data: unknown;
  /** Called for each listener just before sending. */
  readonly isFor: (listener: Listener) => boolean;
}
