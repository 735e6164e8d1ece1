import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Log } from '../telemetry/index.js';

/** The one PostgreSQL channel of the product. */
export const CHANNEL = 'kubarr';

/** Longest payload that PostgreSQL carries, in bytes. Source: NOTIFY in its documentation (8 000 with the terminator). */
const LONGEST_PAYLOAD = 7_900;

type Handler = (payload: unknown) => void;

/**
 * Messages between replicas through PostgreSQL's NOTIFY. Sent inside a transaction, they arrive exactly when it commits;
 * the sender hears its own. While the listening connection is down messages are missed: `onListeningChange` handlers run when it is
 * lost and again when it is back, and must drop whatever the missed messages would have dropped.
 */
@Injectable()
export class ReplicaBus {
  private readonly handlers = new Map<string, Handler[]>();
  private readonly listeningHandlers: ((listening: boolean) => void)[] = [];
  private listening = false;

  /** False while messages may be missed. */
  get isListening(): boolean {
    return this.listening;
  }

  subscribe(topic: string, handler: Handler): void {
    this.handlers.set(topic, [...(this.handlers.get(topic) ?? []), handler]);
  }

  onListeningChange(handler: (listening: boolean) => void): void {
    this.listeningHandlers.push(handler);
  }

  /** Tells every replica, this one included, once `transaction` commits. `payload` must be short plain JSON. */
  async publish(transaction: EntityManager, topic: string, payload: unknown): Promise<void> {
    const text = JSON.stringify({ topic, payload });
    if (Buffer.byteLength(text) > LONGEST_PAYLOAD) throw new Error(`The message on ${topic} is too long for NOTIFY`);
    await transaction.query('SELECT pg_notify($1, $2)', [CHANNEL, text]);
  }

  /** For the listener only. */
  deliver(text: string, log: Log): void {
    let message: { topic: string; payload: unknown };
    try {
      message = JSON.parse(text) as typeof message;
    } catch {
      log.warn('A message on the channel is not ours; it is ignored');
      return;
    }
    for (const handler of this.handlers.get(message.topic) ?? []) handler(message.payload);
  }

  /** For the listener only. */
  setListening(listening: boolean): void {
    this.listening = listening;
    for (const handler of this.listeningHandlers) handler(listening);
  }
}
