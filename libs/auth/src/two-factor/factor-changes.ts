import { Injectable } from '@nestjs/common';
import { ReplicaBus } from '@kubarr/platform/database';
import { type EntityManager } from 'typeorm';
import { ApiTokenDirectory } from '../api-tokens/api-token-directory.js';
import { SessionDirectory } from '../sessions/session-directory.js';
import { FACTORS_CHANGED } from './has-second-factor.js';

/** Tells every replica that an account has got or lost a second factor: what it may do can depend on that. */
@Injectable()
export class FactorChanges {
  constructor(
    private readonly bus: ReplicaBus,
    private readonly sessions: SessionDirectory,
    private readonly apiTokens: ApiTokenDirectory,
  ) {}

  /** Call it in the transaction of the change, and `forget` after its commit. */
  async announce(transaction: EntityManager, userId: number): Promise<void> {
    await this.bus.publish(transaction, FACTORS_CHANGED, userId);
  }

  forget(userId: number): void {
    this.sessions.forgetAllOf(userId);
    this.apiTokens.forgetAllOf(userId);
  }
}
