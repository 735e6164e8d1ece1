import { Injectable } from '@nestjs/common';
import { explainConnectionFailure } from '@kubarr/egress';
import { isEmail } from 'class-validator';
import { isIP, type Socket } from 'node:net';
import { Channel, DeliveryFailed, type Message, SEND_TIMEOUT_MS, titleWithCount } from './channel.js';
import { asDeliveryFailed, ChannelRequests } from './channel-requests.js';
import { type ChannelConfig } from './config-fields.js';

/** The port on which mail servers speak TLS from the first byte. Source: RFC 8314. */
const TLS_PORT = 465;

/**
 * A mail by an SMTP server. Port 465 speaks TLS from the start, any other must offer STARTTLS, unless `use_tls` is off.
 * `Message-ID` is equal for all attempts, so that most mail servers drop a repetition.
 */
@Injectable()
export class EmailChannel extends Channel {
  readonly type = 'email';
  readonly destinationText = 'an e-mail address';
  readonly perHour = 30;
  readonly fields = [
    {
      name: 'smtp_host',
      type: 'text',
      isRequired: true,
      receivesSecrets: true,
      description: 'Name or address of the mail server',
    },
    {
      name: 'smtp_port',
      type: 'port',
      isRequired: true,
      description: 'Port of the mail server: 587, or 465 for TLS from the start',
    },
    { name: 'username', type: 'text', description: 'User name, when the server asks for one' },
    { name: 'password', type: 'secret', description: 'Password, when the server asks for one' },
    { name: 'from_address', type: 'email', isRequired: true, description: 'Sender of the mails' },
    { name: 'from_name', type: 'text', description: 'Name of the sender; default Kubarr' },
    { name: 'use_tls', type: 'boolean', description: 'false = unencrypted, for a server at home; default true' },
  ] as const;

  constructor(private readonly requests: ChannelRequests) {
    super();
  }

  parseDestination(text: string): string | undefined {
    return isEmail(text) ? text : undefined;
  }

  async send(config: ChannelConfig, destination: string, message: Message, signal: AbortSignal): Promise<void> {
    const timeout = AbortSignal.timeout(SEND_TIMEOUT_MS);
    const stop = AbortSignal.any([timeout, signal]);
    const aborted = new Promise<never>((_, reject) => {
      stop.addEventListener('abort', () => reject(stop.reason as Error), { once: true });
    });
    const sent = this.sendOverConnection(config, destination, message, stop);
    sent.catch(() => undefined); // it may fail after the time limit
    try {
      stop.throwIfAborted();
      await Promise.race([aborted, sent]);
    } catch (error) {
      throw asMailFailure(error, timeout.aborted);
    }
  }

  private async sendOverConnection(
    config: ChannelConfig,
    destination: string,
    message: Message,
    stop: AbortSignal,
  ): Promise<void> {
    const socket = await this.requests.egress.connect({
      host: String(config['smtp_host']),
      port: Number(config['smtp_port']),
      signal: stop,
    });
    try {
      const transport = await this.transportOver(socket, config);
      const from = String(config['from_address']);
      await transport.sendMail({
        from: { name: String(config['from_name'] ?? 'Kubarr'), address: from },
        to: { name: '', address: destination },
        subject: titleWithCount(message),
        text: `${message.text}\n\nSeverity: ${message.severity}\n`,
        messageId: `<${message.idempotencyKey}@${from.slice(from.lastIndexOf('@') + 1)}>`,
        date: message.createdAt,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } finally {
      socket.destroy();
    }
  }

  /** nodemailer is loaded with the first mail: most households never send one. */
  private async transportOver(connection: Socket, config: ChannelConfig) {
    const { createTransport } = await import('nodemailer');
    const host = String(config['smtp_host']);
    const port = Number(config['smtp_port']);
    const isTlsWanted = config['use_tls'] !== false;
    const user = config['username'];
    return createTransport({
      connection,
      host,
      port,
      secure: isTlsWanted && port === TLS_PORT,
      requireTLS: isTlsWanted && port !== TLS_PORT,
      ignoreTLS: !isTlsWanted,
      tls: { servername: isIP(host) ? '' : host, minVersion: 'TLSv1.2' },
      ...(user !== undefined && { auth: { user: String(user), pass: String(config['password'] ?? '') } }),
      connectionTimeout: SEND_TIMEOUT_MS,
      greetingTimeout: SEND_TIMEOUT_MS,
      socketTimeout: SEND_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }
}

/** Texts of nodemailer and mail servers may contain addresses and user names; only the reply code and our own text are kept. */
function asMailFailure(error: unknown, isTimedOut: boolean): DeliveryFailed {
  const { code, responseCode, command } = error as { code?: string; responseCode?: number; command?: string };
  if (code === 'EAUTH')
    return new DeliveryFailed('The mail server refused the user name or password.', false, undefined, { cause: error });
  if (code === 'ETLS' || command === 'STARTTLS')
    return new DeliveryFailed('The mail server offers no usable encryption on this port.', false, undefined, {
      cause: error,
    });
  if (responseCode !== undefined) {
    const subject = command?.startsWith('RCPT') ? 'the recipient' : 'the message';
    return new DeliveryFailed(`The mail server refused ${subject} (${responseCode}).`, responseCode >= 500, undefined, {
      cause: error,
    });
  }
  const origin = code === 'ESOCKET' || code === 'ECONNECTION' ? networkErrorOf(error as Error) : undefined;
  return asDeliveryFailed(
    explainConnectionFailure(origin ?? error, isTimedOut || code === 'ETIMEDOUT' ? SEND_TIMEOUT_MS : undefined),
  );
}

/** nodemailer keeps the network's text but replaces its code, from which our texts are chosen. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/certificate has expired/, 'CERT_HAS_EXPIRED'],
  [/altnames/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/certificate/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/ECONNREFUSED/, 'ECONNREFUSED'],
  [/ECONNRESET|closed/, 'ECONNRESET'],
  [/EHOSTUNREACH|ENETUNREACH/, 'EHOSTUNREACH'],
];

function networkErrorOf({ message }: Error): NodeJS.ErrnoException | undefined {
  const code = CODES.find(([text]) => text.test(message))?.[1];
  return code === undefined ? undefined : Object.assign(new Error(code), { code });
}
