import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { unusablePasswordHash } from '@kubarr/platform/secrets';
import { Accounts, EmailTaken, UsernameTaken } from '@kubarr/users';
import { SessionDirectory, type ResolvedSession } from '@kubarr/auth';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { RegistrationClosed } from '../registration/registration.errors.js';
import { RegistrationPolicy } from '../registration/registration-policy.js';
import { LinkedAccounts } from './linked-accounts.js';
import { type OidcIdentity, usernameCandidates } from './oidc-identity.js';
import { ProviderEmailNotVerified, ProviderEmailTaken, ProviderRegistrationClosed } from './oidc.errors.js';

interface Provider {
  readonly id: string;
  readonly name: string;
}

/** Links or creates the account of a person who comes from a provider for the first time. */
@Injectable()
export class OidcRegistration {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly admission: RegistrationPolicy,
    private readonly links: LinkedAccounts,
    private readonly sessions: SessionDirectory,
  ) {}

  /** Links an identity to the account of a live session. @throws AlreadyLinked, LinkedElsewhere, NotSignedIn */
  async link(actor: Actor, session: ResolvedSession, provider: Provider, identity: OidcIdentity): Promise<void> {
    const person = { ...actor, userId: session.userId, username: session.profile.username };
    await this.dataSource.transaction(async (transaction) => {
      await this.sessions.lockAccountOf(transaction, session);
      await this.links.add(transaction, person, provider, identity);
    });
  }

  /**
   * Creates an account without a password for a verified e-mail address that no account has. An account that has
   * it is never linked by address alone: controlling an address at a provider must not open the account here.
   *
   * @throws ProviderEmailNotVerified, ProviderEmailTaken, ProviderRegistrationClosed, RegistrationCrowded
   */
  async register(actor: Actor, provider: Provider, identity: OidcIdentity): Promise<number> {
    const { email, isEmailVerified, nameHints } = identity;
    if (!email?.includes('@') || !isEmailVerified) throw new ProviderEmailNotVerified(provider.name);
    if (await this.accounts.findForSignIn(email)) throw new ProviderEmailTaken(provider.name);
    for (const username of usernameCandidates(nameHints, `person-${randomBytes(4).toString('hex')}`)) {
      if (await this.accounts.findForSignIn(username)) continue;
      try {
        return await this.create(actor, provider, identity, { username, email });
      } catch (error) {
        if (error instanceof RegistrationClosed) throw new ProviderRegistrationClosed(provider.name);
        if (error instanceof EmailTaken) throw new ProviderEmailTaken(provider.name);
        if (!(error instanceof UsernameTaken)) throw error; // taken concurrently: try the next name
      }
    }
    throw new ProviderRegistrationClosed(provider.name);
  }

  private create(
    actor: Actor,
    provider: Provider,
    identity: OidcIdentity,
    { username, email }: { username: string; email: string },
  ): Promise<number> {
    return this.dataSource.transaction(async (transaction) => {
      const { isApproved } = await this.admission.check(transaction);
      const visitor = { ...actor, userId: null, username };
      const userId = await this.accounts.create(
        transaction,
        visitor,
        { username, email },
        {
          passwordHash: unusablePasswordHash(),
          isApproved,
          registered: `by ${provider.id}`,
        },
      );
      await this.links.add(transaction, { ...visitor, userId }, provider, identity);
      return userId;
    });
  }
}
