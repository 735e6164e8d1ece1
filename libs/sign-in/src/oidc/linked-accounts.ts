import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { violatesUnique } from '@kubarr/platform/database';
import { RecentProof } from '@kubarr/auth';
import { DataSource, type EntityManager } from 'typeorm';
import { SignInMethods } from '../own-account/sign-in-methods.js';
import { lockFactorsOf } from '../second-factor/second-factors.js';
import { LinkedAccount } from './linked-account.entity.js';
import { type OidcIdentity } from './oidc-identity.js';
import { type LinkedAccountResponse, type UnlinkResponse } from './oidc.dto.js';
import { AlreadyLinked, LinkedElsewhere, LinkNotFound } from './oidc.errors.js';
import { LinkedAccountActions } from '../sign-in.actions.js';

/** The links between accounts at providers and accounts here. */
@Injectable()
export class LinkedAccounts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly proof: RecentProof,
    private readonly signInMethods: SignInMethods,
    private readonly audit: AuditRecorder,
  ) {}

  async list({ userId }: SignedIn): Promise<LinkedAccountResponse[]> {
    const rows = await this.dataSource.getRepository(LinkedAccount).find({ where: { userId }, order: { id: 'ASC' } });
    return rows.map(({ providerId, email, displayName, createdAt }) => ({
      provider: providerId,
      email,
      display_name: displayName,
      linked_at: createdAt.toISOString(),
    }));
  }

  /** The account that an identity is linked to, by issuer and subject only. */
  async ownerOf({ issuer, subject }: OidcIdentity): Promise<number | undefined> {
    const row = await this.dataSource.getRepository(LinkedAccount).findOneBy({ issuer, subject });
    return row?.userId;
  }

  /** @throws AlreadyLinked when the person has linked another account of this provider. */
  async assertNotLinked(userId: number, provider: { id: string; name: string }): Promise<void> {
    if (await this.dataSource.getRepository(LinkedAccount).existsBy({ userId, providerId: provider.id }))
      throw new AlreadyLinked(provider.name);
  }

  /** @throws AlreadyLinked, LinkedElsewhere */
  async add(
    transaction: EntityManager,
    person: Actor & { readonly userId: number },
    provider: { readonly id: string; readonly name: string },
    { issuer, subject, email, displayName }: OidcIdentity,
  ): Promise<void> {
    const { userId } = person;
    await transaction
      .insert(LinkedAccount, { userId, providerId: provider.id, issuer, subject, email, displayName })
      .catch((error: unknown) => {
        if (violatesUnique(error, 'uq_linked_accounts_provider')) throw new AlreadyLinked(provider.name);
        if (violatesUnique(error, 'uq_linked_accounts_subject')) throw new LinkedElsewhere(provider.name);
        throw error;
      });
    await this.audit.record(transaction, person, {
      action: LinkedAccountActions.linked,
      resourceId: userId,
      details: { provider: provider.id, email },
    });
  }

  /** @throws LinkNotFound, ConfirmationRequired, LastSignInMethod */
  async unlink(actor: Actor, caller: SignedIn, providerId: string): Promise<UnlinkResponse> {
    const { userId } = caller;
    await this.proof.require(caller);
    await this.dataSource.transaction(async (transaction) => {
      await lockFactorsOf(transaction, userId);
      const row = await transaction.findOneBy(LinkedAccount, { userId, providerId });
      if (!row) throw new LinkNotFound();
      await transaction.delete(LinkedAccount, { id: row.id });
      await this.signInMethods.assertOneRemains(transaction, userId);
      await this.audit.record(transaction, actor, {
        action: LinkedAccountActions.unlinked,
        resourceId: userId,
        details: { provider: providerId, email: row.email },
      });
    });
    return { success: true, message: `Link to ${providerId} removed` };
  }
}
