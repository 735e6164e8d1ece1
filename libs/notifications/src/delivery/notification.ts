import { type AlertSeverity } from '@kubarr/alerts';

/** One notification for several accounts. */
export interface Notification {
  readonly eventType: string;
  readonly severity: AlertSeverity;
  /** At most 200 characters. */
  readonly title: string;
  /** At most 2 000 characters. */
  readonly message: string;
  /** Accounts that exist. */
  readonly userIds: readonly number[];
  /** Number of events in it. */
  readonly events: number;
}
