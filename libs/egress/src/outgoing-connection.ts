import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type AddressRules } from './address-rules.js';

/** A connection to a server that is not ours. */
export interface OutgoingConnection {
  /** A name or an address. All addresses of a name are tried, until one answers. */
  readonly host: string;
  readonly port: number;
  readonly rules: AddressRules;
  /** Closes it, whenever that is. */
  readonly signal: AbortSignal;
}

/** Opens a TCP connection. @throws AddressRefused, the reason of the signal, or what the network says */
export async function connectTo({ host, port, rules, signal }: OutgoingConnection): Promise<Socket> {
  signal.throwIfAborted();
  rules.assertNoForbiddenAddress(host);
  const socket = connect({ host, port, lookup: rules.lookup, autoSelectFamily: true });
  const close = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', close, { once: true });
  socket.on('close', () => signal.removeEventListener('abort', close));
  socket.on('error', () => undefined); // also between the connection and whoever uses it
  await once(socket, 'connect');
  return socket;
}
