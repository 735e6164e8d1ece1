import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { KubarrError } from '@kubarr/platform/errors';
import { DataSource } from 'typeorm';
import { Session } from './session.entity.js';

/** Validity of a proof, in minutes. */
export const PROOF_MINUTES = 10;

export class ConfirmationRequired extends KubarrError {
  readonly code = 'auth.confirmation-required';
  readonly kind = 'bad-request';
  constructor() {
    super('Confirm first that it is you: give your password again, or sign out and in, then try once more.');
  }
}

/**
 * When the person behind a session last proved who they are: at sign-in, or later by the password. New keys, tokens and
 * links need a proof of the last ten minutes, because a session thief would create them to keep access.
 */
@Injectable()
export class RecentProof {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws ConfirmationRequired when the last proof is older than ten minutes. */
  async require(caller: SignedIn): Promise<void> {
    if (!(await this.exists(caller))) throw new ConfirmationRequired();
  }

  exists({ sessionId }: SignedIn): Promise<boolean> {
    return this.dataSource
      .getRepository(Session)
      .createQueryBuilder('session')
      .where('session.id = :sessionId', { sessionId })
      .andWhere(`session.provenAt > now() - interval '${PROOF_MINUTES} minutes'`)
      .getExists();
  }

  /** Records a proof just given. */
  async record({ sessionId }: SignedIn): Promise<void> {
    await this.dataSource.getRepository(Session).update({ id: sessionId }, { provenAt: () => 'now()' });
  }
}
