import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';

/** Answers which of some accounts have a second factor. */
export type SecondFactorLookup = (
  transaction: EntityManager,
  userIds: readonly number[],
) => Promise<ReadonlySet<number>>;

/**
 * Who has a second factor. Roles ask before they demand one; the area that keeps the factors registers how to look, since
 * it is above this one. Without such an area no account has any.
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
