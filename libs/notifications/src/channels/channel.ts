import { type EgressResponse } from '@kubarr/egress';
import { type AlertSeverity } from '@kubarr/alerts';
import { type ChannelConfig, type ConfigField } from './config-fields.js';

/** What is sent. */
export interface Message {
  /** The same for every attempt. */
  readonly idempotencyKey: string;
  readonly eventType: string;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly text: string;
  /** How many events it stands for. */
  readonly events: number;
  readonly createdAt: Date;
}

/** Longest attempt to hand a message over, in milliseconds: the client of the test button gives up after 10 s. */
export const SEND_TIMEOUT_MS = 8_000;

/** A way to reach people outside the product. */
export abstract class Channel {
  abstract readonly type: string;
  abstract readonly fields: readonly ConfigField[];
  /** What a destination is, for people: `an e-mail address`. */
  abstract readonly destinationText: string;
  /** Messages to one destination in an hour; more are gathered. SMS cost money, chats have limits of their own. */
  abstract readonly perHour: number;

  /** The destination in its one spelling, or `undefined` when it is none. */
  abstract parseDestination(text: string): string | undefined;

  /**
   * Hands one message over, within {@link SEND_TIMEOUT_MS}.
   *
   * @throws DeliveryFailed with a text for administrators, free of addresses and secrets.
   */
  abstract send(config: ChannelConfig, destination: string, message: Message, signal: AbortSignal): Promise<void>;
}

/** A message was not taken. */
export class DeliveryFailed extends Error {
  constructor(
    message: string,
    /** Another attempt would end the same way. */
    readonly isFinal: boolean,
    readonly retryAfterSeconds?: number,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Statuses that say "not now" or that an administrator can heal: the token is wrong. */
const TEMPORARY = new Set([401, 408, 425, 429]);

/** @throws DeliveryFailed when a server's answer does not mean that it took the message. */
export function assertTaken(
  name: string,
  { status, retryAfterSeconds }: Pick<EgressResponse, 'status' | 'retryAfterSeconds'>,
): void {
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400)
    throw new DeliveryFailed(`${name} answered with a redirect (${status}); enter the address it leads to.`, true);
  const isFinal = status < 500 && !TEMPORARY.has(status);
  throw new DeliveryFailed(`${name} answered ${status}.`, isFinal, retryAfterSeconds);
}

/** `Many failed sign-ins (12 times)`. */
export const titleWithCount = ({ title, events }: Pick<Message, 'title' | 'events'>): string =>
  events > 1 ? `${title} (${events} times)` : title;
