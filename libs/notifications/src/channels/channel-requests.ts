import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NotificationsConfig } from '../notifications.config.js';
import { AddressForbidden, AddressRules, ConnectionFailed, Egress, type EgressResponse } from '@kubarr/egress';
import { SecretCannotBeOpened } from '@kubarr/platform/secrets';
import { DeliveryFailed, SEND_TIMEOUT_MS } from './channel.js';

/** Longest response that is read, in bytes: only what Telegram says about waiting matters. */
const MAX_BYTES = 65_536;

/** Base URLs of the providers that have one for all customers. */
export interface ProviderUrls {
  telegram: string;
  messageBird: string;
}

/** Connections of all channels, under one set of address rules. */
@Injectable()
export class ChannelRequests implements OnApplicationShutdown {
  readonly egress: Egress;
  readonly providers: ProviderUrls = {
    telegram: 'https://api.telegram.org',
    messageBird: 'https://rest.messagebird.com',
  };

  constructor({ allowedAddresses }: NotificationsConfig) {
    const rules = new AddressRules({ allowed: allowedAddresses, variable: 'KUBARR_NOTIFICATION_ALLOWED_ADDRESSES' });
    // The server may close a reused connection at the same moment, and a repeated message may arrive twice.
    this.egress = new Egress({ rules, timeoutMs: SEND_TIMEOUT_MS, maxBytes: MAX_BYTES, keepAliveMs: 0 });
  }

  /** @throws DeliveryFailed when there is no response. */
  async post(
    url: string,
    { headers, body }: { headers?: Record<string, string>; body: string },
    signal: AbortSignal,
  ): Promise<EgressResponse> {
    try {
      return await this.egress.request({
        method: 'POST',
        url: new URL(url),
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal,
      });
    } catch (error) {
      throw asDeliveryFailed(error);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.egress.close();
  }
}

/** Keeps our own texts; any other failure is reported without details, which may repeat a token. */
export function asDeliveryFailed(error: unknown): DeliveryFailed {
  if (error instanceof DeliveryFailed) return error;
  if (error instanceof AddressForbidden) return new DeliveryFailed(error.message, true, undefined, { cause: error });
  if (error instanceof SecretCannotBeOpened)
    return new DeliveryFailed(error.message, false, undefined, { cause: error });
  const text = error instanceof ConnectionFailed ? error.message : 'The message could not be handed over.';
  return new DeliveryFailed(text, false, undefined, { cause: error });
}
