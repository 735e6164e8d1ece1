import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { KubarrError } from '@kubarr/platform/errors';
import { BrowserSessionReader, RecentProof } from '@kubarr/auth';
import { type Cookies } from '@kubarr/platform/http';
import { SignInAttempts } from '../attempts/sign-in-attempts.js';
import { SignInNotStarted } from '../challenges/challenges.errors.js';
import { LinkedAccounts } from './linked-accounts.js';
import { OidcSignIn, type Redirection } from './oidc-sign-in.js';
import { OidcRegistration } from './oidc-registration.js';
import { type CompletedFlow, OidcFlow } from './oidc-flow.js';

const pageUrl = (page: '/login' | '/account', name: 'error' | 'success', text: string): string =>
  `${page}?${new URLSearchParams({ [name]: text }).toString()}`;

/**
 * Signs in and links accounts by a provider. All answers are page navigation: refusals redirect to a page that shows
 * them.
 */
@Injectable()
export class OidcService {
  constructor(
    private readonly flow: OidcFlow,
    private readonly links: LinkedAccounts,
    private readonly registration: OidcRegistration,
    private readonly oidcSignIn: OidcSignIn,
    private readonly attempts: SignInAttempts,
    private readonly proof: RecentProof,
    private readonly browser: BrowserSessionReader,
  ) {}

  /** Redirects to the provider, to sign in. */
  startSignIn(actor: Actor, providerId: string, origin: string): Promise<Redirection> {
    return redirectOnRefusal('/login', async () => {
      await this.attempts.startAnonymous(actor, 'provider');
      const { location, cookie } = await this.flow.start(providerId, origin, 'provider-sign-in', null);
      return { location, cookies: [cookie] };
    });
  }

  /** Redirects to the provider, to link an account there to the signed-in one. */
  startLink(caller: SignedIn, providerId: string, origin: string): Promise<Redirection> {
    return redirectOnRefusal('/account', async () => {
      await this.links.assertNotLinked(caller.userId, { id: providerId, name: providerId });
      await this.proof.require(caller);
      const { location, cookie } = await this.flow.start(providerId, origin, 'provider-link', caller.userId);
      return { location, cookies: [cookie] };
    });
  }

  /** Handles the return from the provider. */
  async handleCallback(actor: Actor, cookies: Cookies, providerId: string, search: string): Promise<Redirection> {
    const purpose = await this.flow.purposeOf(cookies);
    const { location, cookies: changes } = await redirectOnRefusal(
      purpose === 'provider-link' ? '/account' : '/login',
      async () => {
        const complete = (): Promise<CompletedFlow> => this.flow.complete(cookies, providerId, search);
        const isSignIn = purpose === 'provider-sign-in';
        const finished = await (isSignIn ? this.recordingRefusal(actor, complete) : complete());
        return finished.purpose === 'provider-link'
          ? this.link(actor, cookies, finished)
          : this.signIn(actor, cookies, finished);
      },
    );
    return { location, cookies: [...changes, this.flow.clearedCookie] };
  }

  /** The account that started the flow must still be signed in. */
  private async link(
    actor: Actor,
    cookies: Cookies,
    { userId, provider, identity }: CompletedFlow,
  ): Promise<Redirection> {
    const { current } = await this.browser.read(cookies);
    if (!current || current.userId !== userId) throw new SignInNotStarted();
    await this.registration.link(actor, current, provider, identity);
    return { location: pageUrl('/account', 'success', `Your account at ${provider.name} is linked.`), cookies: [] };
  }

  private async signIn(actor: Actor, cookies: Cookies, { provider, identity }: CompletedFlow): Promise<Redirection> {
    const known = await this.links.ownerOf(identity);
    const visitor = { ...actor, username: identity.email };
    const register = (): Promise<number> => this.registration.register(actor, provider, identity);
    const userId = known ?? (await this.recordingRefusal(visitor, register));
    const redirection = await this.oidcSignIn.complete(actor, cookies, userId, provider.id);
    await this.attempts.undoAnonymous(actor, 'provider');
    return redirection;
  }

  /** Runs `work`, and records a refusal that ends a sign-in: attempts by a provider appear in the audit log too. */
  private async recordingRefusal<Result>(actor: Actor, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KubarrError) await this.attempts.recordFailure(actor, error.message);
      throw error;
    }
  }
}

/** Redirects a KubarrError to a page that shows its message; other errors are rethrown. */
async function redirectOnRefusal(page: '/login' | '/account', work: () => Promise<Redirection>): Promise<Redirection> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KubarrError)) throw error;
    return { location: pageUrl(page, 'error', error.message), cookies: [] };
  }
}
