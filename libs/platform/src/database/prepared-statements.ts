import { Inject, Injectable } from '@nestjs/common';
import { type Client } from 'pg';
import { type EntityManager } from 'typeorm';
import { DatabaseOptions } from './database-connection.js';

/**
 * Runs statements that are part of nearly every change, parsed and planned once per connection. A pooler in front may
 * hand each transaction to another connection, so with one they are sent whole each time.
 */
@Injectable()
export class PreparedStatements {
  private readonly isDirect: boolean;

  constructor(@Inject(DatabaseOptions) source: DatabaseOptions) {
    this.isDirect = source.directTarget === source.target;
  }

  /** @param name Unique in the product, and always for the same text. */
  async execute(transaction: EntityManager, name: string, text: string, values: readonly unknown[]): Promise<void> {
    const client = (await transaction.queryRunner?.connect()) as Client | undefined;
    if (!client) throw new Error(`${name} runs only within a transaction`);
    await client.query({ ...(this.isDirect && { name }), text, values: [...values] });
  }
}
