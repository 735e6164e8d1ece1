import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AddressRules, Egress, LOOPBACK } from '@kubarr/egress';
import { CacheRegistry, type ReadThroughCache } from '@kubarr/platform/cache';
import { SecretBox } from '@kubarr/platform/secrets';
import { type ClientAuth, type Configuration } from 'openid-client';
import { DataSource, type EntityManager } from 'typeorm';
import { isOnThisMachine } from './issuer-rules.js';
import { ProviderFailed, ProviderNotAvailable } from './oidc.errors.js';
import { secretContextOf, SignInProvider } from './sign-in-provider.entity.js';

/** Longest wait for an answer of a provider, in seconds: people give up about then. */
const TIMEOUT_SECONDS = 10;

/** How long the discovery document of a provider is cached, in milliseconds: keys rotate, but rarely. */
const DESCRIBED_FOR_MS = 10 * 60_000;

/** openid-client, imported at first use: many households have no provider. */
export const loadOpenIdClient = (): Promise<typeof import('openid-client')> => import('openid-client');

/** An enabled provider, with its client. */
export interface OidcClient {
  readonly id: string;
  readonly name: string;
  readonly configuration: Configuration;
}

/** Clients of the providers, configured by OpenID Connect Discovery. */
@Injectable()
export class OidcClients implements OnApplicationShutdown {
  /** A provider may run on this machine, but is never a metadata service. */
  private readonly egress = new Egress({
    rules: new AddressRules({ allowed: LOOPBACK }),
    timeoutMs: TIMEOUT_SECONDS * 1_000,
  });
  private readonly cache: ReadThroughCache<OidcClient>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    caches: CacheRegistry,
  ) {
    this.cache = caches.createReadThrough({ name: 'sign-in-providers', maxEntries: 50, ttlMs: DESCRIBED_FOR_MS });
  }

  /**
   * Reads each time whether the provider is enabled: it may have been disabled a moment ago.
   *
   * @throws ProviderNotAvailable, ProviderFailed
   */
  async get(id: string): Promise<OidcClient> {
    const row = await this.dataSource.getRepository(SignInProvider).findOneBy({ id });
    if (!row?.isEnabled) throw new ProviderNotAvailable();
    return this.cache.getOrFill(id, () => this.discover(row));
  }

  /** Drops the cached client of a provider on every replica once `transaction` has committed. */
  async invalidate(transaction: EntityManager, id: string): Promise<void> {
    await this.cache.invalidate(transaction, id);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.egress.close();
  }

  private async discover({ id, name, issuer, clientId, sealedClientSecret }: SignInProvider): Promise<OidcClient> {
    const {
      allowInsecureRequests,
      customFetch,
      ClientSecretBasic,
      ClientSecretPost,
      discovery,
      enableNonRepudiationChecks,
    } = await loadOpenIdClient();
    const secret = this.box.open(sealedClientSecret ?? '', secretContextOf(id));
    const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
    const authenticate: ClientAuth = (server, ...rest) => {
      const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      return (ways.includes('client_secret_basic') ? basic : post)(server, ...rest);
    };
    const configuration = await discovery(new URL(issuer), clientId ?? '', undefined, authenticate, {
      timeout: TIMEOUT_SECONDS,
      [customFetch]: this.egress.fetch,
      // The signature of the ID token is checked as well, not only the TLS connection that it came by.
      execute: [enableNonRepudiationChecks, ...(isOnThisMachine(issuer) ? [allowInsecureRequests] : [])],
    }).catch((cause: unknown) => {
      throw new ProviderFailed(name, cause);
    });
    configuration.timeout = TIMEOUT_SECONDS;
    return { id, name, configuration };
  }
}
