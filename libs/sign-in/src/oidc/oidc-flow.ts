import { Injectable } from '@nestjs/common';
import { type CookieChange } from '@kubarr/auth';
import { type Cookies } from '@kubarr/platform/http';
import { type ChallengePurpose, Challenges } from '../challenges/challenges.js';
import { SignInNotStarted } from '../challenges/challenges.errors.js';
import { loadOpenIdClient, type OidcClient, OidcClients } from './oidc-clients.js';
import { identityOf, type OidcIdentity } from './oidc-identity.js';
import { redirectUri } from './oidc-providers.service.js';
import { ProviderFailed, ProviderRefused } from './oidc.errors.js';

/** `openid` is required; the other two contain the claims that identify people to people. */
const SCOPE = 'openid profile email';

type FlowPurpose = Extract<ChallengePurpose, 'provider-sign-in' | 'provider-link'>;

/** State that is stored while the browser is at the provider. */
interface FlowState {
  readonly providerId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Proves to the provider that the code is ours (PKCE). */
  readonly codeVerifier: string;
}

/** The provider that the browser returned from, and the identity there. */
export interface CompletedFlow {
  readonly purpose: FlowPurpose;
  /** The account that started the flow, when its purpose is to link. */
  readonly userId: number | null;
  readonly provider: OidcClient;
  readonly identity: OidcIdentity;
}

/** Sends a browser to a provider and handles its return: authorization code flow with PKCE, state and nonce. */
@Injectable()
export class OidcFlow {
  constructor(
    private readonly clients: OidcClients,
    private readonly challenges: Challenges,
  ) {}

  /** @throws ProviderNotAvailable, ProviderFailed */
  async start(
    providerId: string,
    origin: string,
    purpose: FlowPurpose,
    userId: number | null,
  ): Promise<{ location: string; cookie: CookieChange }> {
    const { configuration, name } = await this.clients.get(providerId);
    const library = await loadOpenIdClient();
    const flow: FlowState = {
      providerId,
      redirectUri: redirectUri(origin, providerId),
      state: library.randomState(),
      nonce: library.randomNonce(),
      codeVerifier: library.randomPKCECodeVerifier(),
    };
    const parameters = {
      redirect_uri: flow.redirectUri,
      scope: SCOPE,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await library.calculatePKCECodeChallenge(flow.codeVerifier),
      code_challenge_method: 'S256',
    };
    let location: URL;
    try {
      location = library.buildAuthorizationUrl(configuration, parameters);
    } catch (cause) {
      throw new ProviderFailed(name, cause); // the discovery document has no authorization endpoint
    }
    return { location: location.href, cookie: await this.challenges.create(purpose, userId, flow) };
  }

  /** The purpose of this browser's flow, which decides where to redirect after a failure. */
  async purposeOf(cookies: Cookies): Promise<FlowPurpose | undefined> {
    const open = await this.challenges.find<FlowState>(cookies, ['provider-sign-in', 'provider-link']);
    return open?.purpose as FlowPurpose | undefined;
  }

  /**
   * Finishes a flow, once, and only in the browser that started it.
   *
   * @param search The query that the provider added to our address.
   * @throws SignInNotStarted, ProviderRefused, ProviderFailed, ProviderNotAvailable
   */
  async complete(cookies: Cookies, providerId: string, search: string): Promise<CompletedFlow> {
    const open = await this.challenges.consume<FlowState>(cookies, ['provider-sign-in', 'provider-link']);
    const answer = new URLSearchParams(search);
    if (open?.content.providerId !== providerId || answer.get('state') !== open.content.state)
      throw new SignInNotStarted();
    const provider = await this.clients.get(providerId);
    if (answer.has('error')) throw new ProviderRefused(provider.name);
    const identity = await fetchIdentity(provider, open.content, search).catch((cause: unknown) => {
      throw new ProviderFailed(provider.name, cause);
    });
    return { purpose: open.purpose as FlowPurpose, userId: open.userId, provider, identity };
  }

  /** The cookie change that ends a flow. */
  get clearedCookie(): CookieChange {
    return this.challenges.clearedCookie('provider-sign-in');
  }
}

/** Exchanges the code for the identity of the user. Drops the provider's tokens, which nothing else needs. */
async function fetchIdentity(
  { configuration }: OidcClient,
  { redirectUri, state, nonce, codeVerifier }: FlowState,
  search: string,
): Promise<OidcIdentity> {
  const library = await loadOpenIdClient();
  const tokens = await library.authorizationCodeGrant(configuration, new URL(`${redirectUri}?${search}`), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims) throw new Error('the answer has no ID token');
  if (claims.email !== undefined || !configuration.serverMetadata().userinfo_endpoint)
    return identityOf(claims, claims);
  // Some providers return the e-mail address only here. The subject must match.
  return identityOf(claims, await library.fetchUserInfo(configuration, tokens.access_token, claims.sub));
}
