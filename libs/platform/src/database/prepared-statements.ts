import { Inject, Injectable } from '@nestjs/common';
import { type Client } from 'pg';
import { type EntityManager, type QueryRunner } from 'typeorm';
import { DatabaseOptions } from './database-connection.js';

/**
 * Statements of hot paths, parsed and planned once per connection. Behind a pooler each transaction may get another
 * connection, so there every statement is sent whole.
 */
@Injectable()
export class PreparedStatements {
  private readonly isDirect: boolean;

  constructor(@Inject(DatabaseOptions) source: DatabaseOptions) {
    this.isDirect = source.directTarget === source.target;
  }

  /** @param name Unique in the product, and always for the same text. */
  async execute(transaction: EntityManager, name: string, text: string, values: readonly unknown[]): Promise<void> {
    if (!transaction.queryRunner) throw new Error(`${name} needs a transaction`);
    await this.send(transaction.queryRunner, name, text, values);
  }

  /**
   * Rows as the driver parses them, from the manager's transaction or else from a connection of the pool.
   *
   * @param name As for {@link execute}; `undefined` = not prepared, for statements whose plan depends on their values.
   */
  async query<Row extends object>(
    manager: EntityManager,
    name: string | undefined,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    if (manager.queryRunner) return this.send(manager.queryRunner, name, text, values);
    const runner = manager.dataSource.createQueryRunner();
    try {
      return await this.send(runner, name, text, values);
    } finally {
      await runner.release();
    }
  }

  private async send<Row extends object>(
    runner: QueryRunner,
    name: string | undefined,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const client = (await runner.connect()) as Client;
    const { rows } = await client.query<Row>({
      ...(this.isDirect && name !== undefined && { name }),
      text,
      values: [...values],
    });
    return rows;
  }
}
