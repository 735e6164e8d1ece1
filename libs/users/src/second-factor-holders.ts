import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';

/** Answers which of some accounts have a second factor. */
export type SecondFactorLookup = (
  transaction: EntityManager,
  userIds: readonly number[],
) => Promise<ReadonlySet<number>>;

/**
 * Who has a second factor. Checked before a role may require one. The area that stores the factors is above this one,
 * so it registers the look-up; without that area no account has any.
 */
@Injectable()
export class SecondFactorHolders {
  private lookup: SecondFactorLookup = () => Promise.resolve(new Set());

  register(lookup: SecondFactorLookup): void {
    this.lookup = lookup;
  }

  /** Those of `userIds` that have a second factor at this moment of the transaction. One query. */
  among(transaction: EntityManager, userIds: readonly number[]): Promise<ReadonlySet<number>> {
    return this.lookup(transaction, userIds);
  }
}
