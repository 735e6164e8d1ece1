import { Injectable } from '@nestjs/common';
import { type CookieChange, type Cookies } from '@kubarr/auth';
import { type ChallengePurpose, Challenges } from '../challenges/challenges.js';
import { SignInNotBegun } from '../challenges/challenges.errors.js';
import { loadOpenIdClient, type ProviderClient, ProviderClients } from './provider-clients.js';
import { identityOf, type ProviderIdentity } from './provider-identity.js';
import { redirectUri } from './provider-settings.js';
import { ProviderFailed, ProviderRefused } from './providers.errors.js';

/** OpenID Connect's own claims, and the two that people are recognised by. */
const SCOPE = 'openid profile email';

type TripPurpose = Extract<ChallengePurpose, 'provider-sign-in' | 'provider-link'>;

/** What is remembered while somebody is at a provider. */
interface BegunTrip {
  readonly providerId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Proves to the provider that the code is ours (PKCE). */
  readonly codeVerifier: string;
}

/** Where somebody has come back from, and who they are there. */
export interface FinishedTrip {
  readonly purpose: TripPurpose;
  /** Who began it, when it was begun to link. */
  readonly userId: number | null;
  readonly provider: ProviderClient;
  readonly identity: ProviderIdentity;
}

/** Sends a browser to a provider and takes it back: authorization code flow with PKCE, state and nonce. */
@Injectable()
export class ProviderTrip {
  constructor(
    private readonly clients: ProviderClients,
    private readonly challenges: Challenges,
  ) {}

  /** @throws ProviderNotAvailable, ProviderFailed */
  async begin(
    providerId: string,
    origin: string,
    purpose: TripPurpose,
    userId: number | null,
  ): Promise<{ location: string; cookie: CookieChange }> {
    const { configuration, name } = await this.clients.of(providerId);
    const library = await loadOpenIdClient();
    const trip: BegunTrip = {
      providerId,
      redirectUri: redirectUri(origin, providerId),
      state: library.randomState(),
      nonce: library.randomNonce(),
      codeVerifier: library.randomPKCECodeVerifier(),
    };
    const parameters = {
      redirect_uri: trip.redirectUri,
      scope: SCOPE,
      state: trip.state,
      nonce: trip.nonce,
      code_challenge: await library.calculatePKCECodeChallenge(trip.codeVerifier),
      code_challenge_method: 'S256',
    };
    let location: URL;
    try {
      location = library.buildAuthorizationUrl(configuration, parameters);
    } catch (cause) {
      throw new ProviderFailed(name, cause); // its description names no page to sign in at
    }
    return { location: location.href, cookie: await this.challenges.begin(purpose, userId, trip) };
  }

  /** The purpose of what this browser has begun, to know where to send it when something fails. */
  async purposeOf(cookies: Cookies): Promise<TripPurpose | undefined> {
    const open = await this.challenges.peek<BegunTrip>(cookies, ['provider-sign-in', 'provider-link']);
    return open?.purpose as TripPurpose | undefined;
  }

  /**
   * Ends a trip, once, and only in the browser that began it.
   *
   * @param search The query that the provider added to our address.
   * @throws SignInNotBegun, ProviderRefused, ProviderFailed, ProviderNotAvailable
   */
  async finish(cookies: Cookies, providerId: string, search: string): Promise<FinishedTrip> {
    const open = await this.challenges.take<BegunTrip>(cookies, ['provider-sign-in', 'provider-link']);
    const answer = new URLSearchParams(search);
    if (open?.content.providerId !== providerId || answer.get('state') !== open.content.state)
      throw new SignInNotBegun();
    const provider = await this.clients.of(providerId);
    if (answer.has('error')) throw new ProviderRefused(provider.name);
    const identity = await ask(provider, open.content, search).catch((cause: unknown) => {
      throw new ProviderFailed(provider.name, cause);
    });
    return { purpose: open.purpose as TripPurpose, userId: open.userId, provider, identity };
  }

  /** The change that removes the cookie of a trip. */
  get forgetCookie(): CookieChange {
    return this.challenges.forgetCookie('provider-sign-in');
  }
}

/** Exchanges the code and reads who it is. The provider's tokens are dropped here: nothing needs them. */
async function ask(
  { configuration }: ProviderClient,
  { redirectUri, state, nonce, codeVerifier }: BegunTrip,
  search: string,
): Promise<ProviderIdentity> {
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
  // Some providers say more when they are asked for it. The subject must be the same.
  return identityOf(claims, await library.fetchUserInfo(configuration, tokens.access_token, claims.sub));
}
