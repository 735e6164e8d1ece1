import { createHmac } from 'node:crypto';
import { AddressRules, Egress } from '@kubarr/egress';
import { generate } from 'selfsigned';
import { MailServer } from '../../../../test/support/mail-server.js';
import { Receiver } from '../../../../test/support/receiver.js';
import { type Channel, DeliveryFailed, type Message } from './channel.js';
import { ChannelRequests } from './channel-requests.js';
import { type ChannelConfig } from './config-fields.js';
import { EmailChannel } from './email.channel.js';
import { MessageBirdChannel } from './messagebird.channel.js';
import { NtfyChannel } from './ntfy.channel.js';
import { TelegramChannel } from './telegram.channel.js';
import { WebhookChannel } from './webhook.channel.js';

const message: Message = {
  idempotencyKey: '0b9f6d0e-3c53-4c9c-9f7c-0d4b1a0c7a11',
  eventType: 'many_failed_sign_ins',
  severity: 'warning',
  title: 'Many <failed> sign-ins',
  text: 'From 192.168.1.9 & others.',
  events: 12,
  createdAt: new Date('2026-02-22T09:14:03.000Z'),
};
const requests = new ChannelRequests({ allowedAddresses: ['127.0.0.0/8'] });
const never = new AbortController().signal;

const send = (channel: Channel, config: ChannelConfig, destination: string, signal = never) =>
  channel.send(config, destination, message, signal);
const failureOf = async (sending: Promise<void>): Promise<DeliveryFailed> => {
  const failure = await sending.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(DeliveryFailed);
  return failure as DeliveryFailed;
};

describe('The channels that speak HTTP', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await Receiver.start();
    Object.assign(requests.providers, { telegram: receiver.url, messageBird: receiver.url });
  });
  afterEach(() => receiver.stop());

  it('send a signed webhook with a key that stays the same', async () => {
    const channel = new WebhookChannel(requests);
    for (let attempt = 0; attempt < 2; attempt++)
      await send(channel, { signing_secret: 'shared' }, `${receiver.url}/hook?x=1`);
    const [first, second] = receiver.requests;
    expect(first?.path).toBe('/hook?x=1');
    expect(JSON.parse(first?.body ?? '')).toEqual({
      id: message.idempotencyKey,
      event_type: 'many_failed_sign_ins',
      severity: 'warning',
      title: 'Many <failed> sign-ins (12 times)',
      message: 'From 192.168.1.9 & others.',
      events: 12,
      created_at: '2026-02-22T09:14:03.000Z',
    });
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(first?.headers['x-kubarr-signature'])) ?? [];
    expect(createHmac('sha256', 'shared').update(`${time}.${first?.body}`).digest('hex')).toBe(signature);
  });

  it('send a Telegram message with its title in bold and its text escaped', async () => {
    await send(new TelegramChannel(requests), { bot_token: '12:ab/c' }, '-100');
    expect(receiver.requests[0]?.path).toBe('/bot12:ab%2Fc/sendMessage');
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
      chat_id: '-100',
      parse_mode: 'HTML',
      text: '<b>⚠️ Many &lt;failed&gt; sign-ins (12 times)</b>\nFrom 192.168.1.9 &amp; others.',
    });
  });

  it('send a Telegram message whole, however much of it is escaped', async () => {
    const long = { ...message, text: '&'.repeat(2_000) };
    await new TelegramChannel(requests).send({ bot_token: 'x' }, '1', long, never);
    const { text } = JSON.parse(receiver.requests[0]?.body ?? '') as { text: string };
    expect(text.split('\n')[1]).toBe('&amp;'.repeat(2_000)); // half an entity would be refused permanently
  });

  it('send an SMS with its tag', async () => {
    await send(new MessageBirdChannel(requests), { api_key: 'key' }, '+31612345678');
    expect(receiver.requests[0]).toMatchObject({ path: '/messages', headers: { authorization: 'AccessKey key' } });
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
      originator: 'Kubarr',
      recipients: ['31612345678'],
      body: '[WARN] Many <failed> sign-ins (12 times): From 192.168.1.9 & others.',
    });
  });

  it('send a push message to a topic of a self-hosted ntfy server', async () => {
    await send(new NtfyChannel(requests), { server_url: receiver.url, access_token: 'tk' }, 'home');
    expect(receiver.requests[0]?.headers.authorization).toBe('Bearer tk');
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
      topic: 'home',
      priority: 4,
      tags: ['warning'],
    });
  });

  it.each([
    [Receiver.refusing(500), false, undefined],
    [Receiver.refusing(429, { 'retry-after': '120' }), false, 120],
    [Receiver.refusing(401), false, undefined],
    [Receiver.refusing(400), true, undefined],
    [Receiver.refusing(302, { location: 'http://169.254.169.254/' }), true, undefined],
    [Receiver.cutting, false, undefined],
  ])('tell what may heal from what will not, and never a token: %#', async (answer, isFinal, retryAfterSeconds) => {
    receiver.answer = answer;
    const failures = await Promise.all([
      failureOf(send(new WebhookChannel(requests), {}, `${receiver.url}/token-123`)),
      failureOf(send(new TelegramChannel(requests), { bot_token: 'token-123' }, '1')),
      failureOf(send(new MessageBirdChannel(requests), { api_key: 'token-123' }, '+31612345678')),
      failureOf(send(new NtfyChannel(requests), { server_url: receiver.url, access_token: 'token-123' }, 'home')),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ isFinal });
      expect(failure.retryAfterSeconds).toBe(retryAfterSeconds);
      expect(failure.message).not.toMatch(/token-123|127\.0\.0\.1/);
    }
    expect(receiver.requests).toHaveLength(4);
  });

  it('take the wait that Telegram names in its body', async () => {
    receiver.answer = (response) => void response.writeHead(429).end('{"ok":false,"parameters":{"retry_after":33}}');
    const failure = await failureOf(send(new TelegramChannel(requests), { bot_token: 'x' }, '1'));
    expect(failure.retryAfterSeconds).toBe(33);
  });

  it('stop waiting for a silent server when aborted', async () => {
    receiver.answer = Receiver.silent;
    const stop = new AbortController();
    const sending = failureOf(send(new WebhookChannel(requests), {}, receiver.url, stop.signal));
    stop.abort();
    expect((await sending).isFinal).toBe(false);
  });

  it('reach neither this machine nor metadata addresses unless they are allowed', async () => {
    const strict = new WebhookChannel(new ChannelRequests({ allowedAddresses: [] }));
    const { port } = new URL(receiver.url);
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '169.254.169.254', '[::ffff:169.254.169.254]', '0.0.0.0']) {
      const failure = await failureOf(send(strict, {}, `http://${host}:${port}/`));
      expect(failure).toMatchObject({ isFinal: true });
      expect(failure.message).toContain('KUBARR_NOTIFICATION_ALLOWED_ADDRESSES');
    }
    expect(receiver.requests).toEqual([]);
  });
});

describe('The e-mail channel', () => {
  let mails: MailServer;
  const channel = new EmailChannel(requests);
  const config = (more: ChannelConfig = {}): ChannelConfig => ({
    smtp_host: '127.0.0.1',
    smtp_port: mails.port,
    from_address: 'kubarr@home.example',
    use_tls: false,
    ...more,
  });
  const certificate = async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    return { key, cert };
  };
  afterEach(() => mails.stop());

  it('sends a mail that repeats its identity on every attempt', async () => {
    mails = await MailServer.start({ user: 'kubarr', password: 'secret' });
    const settings = config({ username: 'kubarr', password: 'secret' });
    for (let attempt = 0; attempt < 2; attempt++) await send(channel, settings, 'lotte@home.example');
    expect(mails.mails).toHaveLength(2);
    for (const mail of mails.mails) {
      expect(mail).toMatchObject({ from: 'kubarr@home.example', to: ['lotte@home.example'] });
      expect(mail.text).toContain(`Message-ID: <${message.idempotencyKey}@home.example>`);
      expect(mail.text).toContain('Subject: Many <failed> sign-ins (12 times)');
      expect(mail.text).toContain('Severity: warning');
    }
  });

  it('insists on encryption unless it is switched off', async () => {
    mails = await MailServer.start();
    const failure = await failureOf(send(channel, config({ use_tls: true }), 'lotte@home.example'));
    expect(failure.message).toBe('The mail server offers no usable encryption on this port.');
    expect(mails.mails).toEqual([]);
  });

  it('refuses an untrusted certificate', async () => {
    mails = await MailServer.start({ tls: 'starttls', ...(await certificate()) });
    const failure = await failureOf(
      send(channel, config({ use_tls: true, smtp_host: 'localhost' }), 'lotte@home.example'),
    );
    expect(failure.message).toBe('The server’s certificate is not trusted.');
    expect(mails.mails).toEqual([]);
  });

  it.each([
    [550, true],
    [451, false],
  ])('takes %i for what it is, and keeps what the server says to itself', async (refuse, isFinal) => {
    mails = await MailServer.start({ refuse });
    const failure = await failureOf(send(channel, config(), 'lotte@home.example'));
    expect(failure).toMatchObject({ isFinal, message: `The mail server refused the recipient (${refuse}).` });
  });

  it('says when user name or password are wrong', async () => {
    mails = await MailServer.start({ user: 'kubarr', password: 'secret' });
    const failure = await failureOf(
      send(channel, config({ username: 'kubarr', password: 'wrong' }), 'lotte@home.example'),
    );
    expect(failure).toMatchObject({ isFinal: false, message: 'The mail server refused the user name or password.' });
  });

  it('reports that no server answers', async () => {
    mails = await MailServer.start();
    const settings = config();
    await mails.stop();
    const failure = await failureOf(send(channel, settings, 'lotte@home.example'));
    expect(failure).toMatchObject({
      isFinal: false,
      message: 'The server refused the connection. Is it running, and is the port right?',
    });
  });

  it('stops waiting for a silent server when aborted', async () => {
    mails = await MailServer.start({ silent: true });
    const stop = new AbortController();
    const sending = failureOf(send(channel, config(), 'lotte@home.example', stop.signal));
    setTimeout(() => stop.abort(), 100);
    expect((await sending).isFinal).toBe(false);
  });

  it('does not wait for a resolver that does not answer', async () => {
    mails = await MailServer.start();
    class Silent extends AddressRules {
      override resolve(): Promise<never> {
        return new Promise(() => undefined);
      }
    }
    const deaf = new ChannelRequests({ allowedAddresses: [] });
    Object.assign(deaf, { egress: new Egress({ rules: new Silent() }) });
    const stop = new AbortController();
    const sending = failureOf(send(new EmailChannel(deaf), config(), 'lotte@home.example', stop.signal));
    stop.abort();
    expect((await sending).isFinal).toBe(false);
  });

  it('tries all addresses of a mail server, such as one that is not reached from here', async () => {
    mails = await MailServer.start();
    class TwoAddresses extends AddressRules {
      override resolve(): ReturnType<AddressRules['resolve']> {
        return Promise.resolve([
          { address: '::2', family: 6 },
          { address: '127.0.0.1', family: 4 },
        ]);
      }
    }
    const twofold = new ChannelRequests({ allowedAddresses: [] });
    Object.assign(twofold, { egress: new Egress({ rules: new TwoAddresses() }) });
    await send(new EmailChannel(twofold), { ...config(), smtp_host: 'mail.home.example' }, 'lotte@home.example');
    expect(mails.mails).toHaveLength(1);
  });

  it('reaches no mail server on this machine unless it is allowed', async () => {
    mails = await MailServer.start();
    const strict = new EmailChannel(new ChannelRequests({ allowedAddresses: [] }));
    expect((await failureOf(send(strict, config(), 'lotte@home.example'))).isFinal).toBe(true);
    expect(mails.mails).toEqual([]);
  });
});
