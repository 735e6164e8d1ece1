import { type EgressResponse } from '@kubarr/egress';
import { type AlertSeverity } from '@kubarr/alerts';
import { type ChannelConfig, type ConfigField } from './config-fields.js';

/** A message as a channel sends it. */
export interface Message {
  /** Equal for all attempts. */
  readonly idempotencyKey: string;
  readonly eventType: string;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly text: string;
  /** Number of events in the message. */
  readonly events: number;
  readonly createdAt: Date;
}

/** Longest attempt to send a message, in milliseconds: the web client gives up on the test button after 10 s. */
export const SEND_TIMEOUT_MS = 8_000;

/** A way to send messages to people: mail, chat, SMS, push or webhook. */
export abstract class Channel {
  abstract readonly type: string;
  abstract readonly fields: readonly ConfigField[];
  /** What a destination is, for people: `an e-mail address`. */
  abstract readonly destinationText: string;
  /** Messages to one destination in an hour; further events fold into the next one. SMS cost money, chats have limits. */
  abstract readonly perHour: number;

  /** The destination in canonical form, or `undefined` when the text is not one. */
  abstract parseDestination(text: string): string | undefined;

  /**
   * Sends one message, within {@link SEND_TIMEOUT_MS}.
   *
   * @throws DeliveryFailed with a text for administrators, without addresses and secrets
   */
  abstract send(config: ChannelConfig, destination: string, message: Message, signal: AbortSignal): Promise<void>;
}

/** A message was not accepted. */
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

/** Statuses that mean "later", or that an administrator can fix, such as a wrong token. */
const TEMPORARY = new Set([401, 408, 425, 429]);

/** @throws DeliveryFailed unless the server's response accepts the message */
export function assertAccepted(
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
