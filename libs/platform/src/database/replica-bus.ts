import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Log } from '../telemetry/index.js';
import { afterCommit } from './after-commit.js';

/** The only PostgreSQL channel of the product. */
export const CHANNEL = 'kubarr';

/** Longest payload of NOTIFY, in bytes. Source: its documentation (8 000 with the terminator), less a margin. */
const MAX_PAYLOAD_BYTES = 7_900;

type Handler = (payload: unknown) => void;

/**
 * Messages between replicas, by PostgreSQL's NOTIFY. While the listening connection is down, messages are lost:
 * `onListeningChange` handlers run when it goes down and when it is back, and must drop whatever a lost message would have
 * dropped.
 */
@Injectable()
export class ReplicaBus {
  private readonly handlers = new Map<string, Handler[]>();
  private readonly listeningHandlers: ((isListening: boolean) => void)[] = [];
  private listening = false;

  /** False while messages may be lost. */
  get isListening(): boolean {
    return this.listening;
  }

  /** @param handler May run twice for one message on the replica that published it; must not be slow. */
  subscribe(topic: string, handler: Handler): void {
    this.handlers.set(topic, [...(this.handlers.get(topic) ?? []), handler]);
  }

  onListeningChange(handler: (isListening: boolean) => void): void {
    this.listeningHandlers.push(handler);
  }

  /**
   * Sends a message when `transaction` commits, not when it rolls back. The handlers of this replica run before the
   * promise of the transaction resolves, and again when PostgreSQL delivers the message; those of other replicas run when
   * it is delivered, within milliseconds.
   *
   * @param payload Short plain JSON.
   */
  async publish(transaction: EntityManager, topic: string, payload: unknown): Promise<void> {
    const text = JSON.stringify({ topic, payload });
    if (Buffer.byteLength(text) > MAX_PAYLOAD_BYTES) throw new Error(`The message on ${topic} is too long for NOTIFY`);
    await transaction.query('SELECT pg_notify($1, $2)', [CHANNEL, text]);
    for (const handler of this.handlers.get(topic) ?? []) afterCommit(transaction, () => handler(payload));
  }

  /** For the listener only. */
  deliver(text: string, log: Log): void {
    let message: { topic: string; payload: unknown };
    try {
      message = JSON.parse(text) as typeof message;
    } catch {
      log.warn('Ignored a message on the channel that is not from Kubarr');
      return;
    }
    for (const handler of this.handlers.get(message.topic) ?? []) {
      try {
        handler(message.payload);
      } catch (error) {
        log.error('A message from another replica could not be handled', { topic: message.topic, error });
      }
    }
  }

  /** For the listener only. */
  setListening(isListening: boolean): void {
    this.listening = isListening;
    for (const handler of this.listeningHandlers) handler(isListening);
  }
}
