import { Injectable } from '@nestjs/common';
import { NotificationsConfig } from '@kubarr/platform/config';
import { AddressRefused, AddressRules, NoAnswer, type OutgoingAnswer, send } from '@kubarr/egress';
import { SecretCannotBeOpened } from '@kubarr/platform/secrets';
import { DeliveryFailed, SEND_TIMEOUT_MS } from './channel.js';

/** Where the providers are that have one address for everybody. */
export interface ProviderAddresses {
  telegram: string;
  messageBird: string;
}

/** Requests of the channels that speak HTTP, under one set of rules. */
@Injectable()
export class ChannelRequests {
  readonly rules: AddressRules;
  readonly providers: ProviderAddresses = {
    telegram: 'https://api.telegram.org',
    messageBird: 'https://rest.messagebird.com',
  };

  constructor(config: NotificationsConfig) {
    this.rules = new AddressRules(config.allowedAddresses);
  }

  /** @throws DeliveryFailed when there is no answer. */
  async post(
    url: string,
    { headers, body }: { headers?: Record<string, string>; body: string },
    signal: AbortSignal,
  ): Promise<OutgoingAnswer> {
    try {
      return await send({
        method: 'POST',
        url: new URL(url),
        headers: { 'content-type': 'application/json', ...headers },
        body,
        rules: this.rules,
        timeoutMs: SEND_TIMEOUT_MS,
        signal,
      });
    } catch (error) {
      throw asDeliveryFailed(error);
    }
  }
}

/** Keeps our own words; whatever else went wrong is told without details. */
export function asDeliveryFailed(error: unknown): DeliveryFailed {
  if (error instanceof DeliveryFailed) return error;
  if (error instanceof AddressRefused) return new DeliveryFailed(error.message, true, undefined, { cause: error });
  if (error instanceof SecretCannotBeOpened)
    return new DeliveryFailed(error.message, false, undefined, { cause: error });
  const text = error instanceof NoAnswer ? error.message : 'The message could not be handed over.';
  return new DeliveryFailed(text, false, undefined, { cause: error });
}
