import { type DataSource } from 'typeorm';

/** Names and conditions are SQL, written in the code: never from a request. */
export interface BatchDeletion {
  readonly table: string;
  /** Column that identifies a row; default `id`. */
  readonly key?: string;
  /** Condition with `$1 …` for the parameters. */
  readonly where: string;
  readonly parameters?: readonly unknown[];
  /** Rows per statement, so that locks and WAL stay small; default 1 000. */
  readonly batchSize?: number;
}

/** Deletes matching rows, each batch in a transaction of its own, until none is left or `signal` fires. */
export async function deleteInBatches(
  dataSource: DataSource,
  { table, key = 'id', where, parameters = [], batchSize = 1_000 }: BatchDeletion,
  signal?: AbortSignal,
): Promise<void> {
  const statement = `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${batchSize})`;
  for (let deleted = batchSize; deleted === batchSize && !signal?.aborted;) {
    [, deleted] = await dataSource.query<[unknown, number]>(statement, [...parameters]);
  }
}
