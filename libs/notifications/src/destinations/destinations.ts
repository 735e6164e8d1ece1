import { Injectable } from '@nestjs/common';
import { constantTimeEquals, KeyRing, SecretBox } from '@kubarr/platform/secrets';
import { createHmac } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { NotificationPreference } from './notification-preference.entity.js';

/** The address of an account on one channel. */
export interface Destination {
  readonly userId: number;
  readonly channelType: string;
  readonly address: string;
  readonly isEnabled: boolean;
  readonly isVerified: boolean;
  readonly codeNonce: string | null;
}

/** Validity of a code, in minutes. */
export const CODE_MINUTES = 15;

/** Seals destinations and derives the codes that verify them. Codes are never stored. */
@Injectable()
export class Destinations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly keys: KeyRing,
  ) {}

  async find(
    userId: number,
    channelType: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Destination | undefined> {
    const row = await manager.findOneBy(NotificationPreference, { userId, channelType });
    const address = row && this.addressOf(row);
    return row && address ? { ...row, address } : undefined;
  }

  addressOf({ userId, channelType, sealedDestination }: NotificationPreference): string | undefined {
    return sealedDestination === null ? undefined : this.box.open(sealedDestination, contextOf(userId, channelType));
  }

  seal(userId: number, channelType: string, address: string): string {
    return this.box.seal(address, contextOf(userId, channelType));
  }

  codeText(destination: Destination): string {
    return `Your code is ${this.code(destination)}. Enter it in Kubarr within ${CODE_MINUTES} minutes. If you did not request it, ignore this message.`;
  }

  matchesCode(destination: Destination, guess: string): boolean {
    return destination.codeNonce !== null && constantTimeEquals(this.code(destination), guess);
  }

  /** Six digits derived from nonce and address, so that a code verifies one destination only. */
  private code({ userId, channelType, address, codeNonce }: Destination): string {
    const digest = createHmac('sha256', this.keys.deriveKey('notification-codes'))
      .update(JSON.stringify([userId, channelType, address, codeNonce]))
      .digest();
    return String(digest.readUInt32BE(0) % 1_000_000).padStart(6, '0');
  }
}

const contextOf = (userId: number, channelType: string) => ({
  table: 'notification_preferences',
  column: 'sealed_destination',
  row: `${userId}:${channelType}`,
});
