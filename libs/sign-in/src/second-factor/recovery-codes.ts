import { Injectable } from '@nestjs/common';
import { KeyRing } from '@kubarr/platform/secrets';
import { createHmac, randomInt } from 'node:crypto';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { RecoveryCode } from './recovery-code.entity.js';

/** Codes that are made at once. */
const HOW_MANY = 8;

/** Ten of 36 characters: 51 bits. Keyed, so that a leaked hash cannot be searched; the hash may be fast. */
const LENGTH = 10;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Codes on paper, each of which replaces the second factor once. */
@Injectable()
export class RecoveryCodes {
  private readonly key: Buffer;

  constructor(
    private readonly dataSource: DataSource,
    keys: KeyRing,
  ) {
    this.key = keys.deriveKey('recovery-codes');
  }

  /** Eight new codes in place of all earlier ones. They can never be read again. */
  async regenerate(transaction: EntityManager, userId: number): Promise<string[]> {
    await this.deleteAll(transaction, userId);
    const codes = Array.from({ length: HOW_MANY }, newCode);
    await transaction.insert(
      RecoveryCode,
      codes.map((code) => ({ userId, codeHash: this.hash(userId, code) })),
    );
    return codes;
  }

  async deleteAll(transaction: EntityManager, userId: number): Promise<void> {
    await transaction.delete(RecoveryCode, { userId });
  }

  /** Uses a code up. False when it is unknown or used: of two requests at the same moment one gets true. */
  async redeem(transaction: EntityManager, userId: number, code: string): Promise<boolean> {
    const { affected } = await transaction.update(
      RecoveryCode,
      { userId, codeHash: this.hash(userId, code), usedAt: IsNull() },
      { usedAt: () => 'now()' },
    );
    return affected === 1;
  }

  /** How many are left. */
  countUnused(userId: number): Promise<number> {
    return this.dataSource.getRepository(RecoveryCode).countBy({ userId, usedAt: IsNull() });
  }

  private hash(userId: number, code: string): string {
    return createHmac('sha256', this.key).update(`${userId}:${code}`).digest('base64url');
  }
}

const newCode = (): string => Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
