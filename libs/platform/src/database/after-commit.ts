import { type EntityManager, type EntitySubscriberInterface, type QueryRunner } from 'typeorm';
import { type Log } from '../telemetry/index.js';

interface Callback {
  readonly run: () => void;
  /** Number of open transactions and savepoints around the registration: 1 = the transaction itself. */
  depth: number;
}

type TransactionEvent = Readonly<{ queryRunner: QueryRunner }>;

/** Runs the callbacks of {@link afterCommit}. Part of every {@link LazyDataSource}. */
export class AfterCommitSubscriber implements EntitySubscriberInterface {
  private readonly callbacks = new WeakMap<QueryRunner, Callback[]>();

  constructor(private readonly log: Log) {}

  add(queryRunner: QueryRunner, run: () => void): void {
    const callbacks = this.callbacks.get(queryRunner) ?? [];
    callbacks.push({ run, depth: depthOf(queryRunner) });
    this.callbacks.set(queryRunner, callbacks);
  }

  /** TypeORM also calls this when a savepoint is released: its callbacks then wait for the transaction around it. */
  afterTransactionCommit({ queryRunner }: TransactionEvent): void {
    const callbacks = this.callbacks.get(queryRunner) ?? [];
    const depth = depthOf(queryRunner);
    if (depth > 0) {
      for (const callback of callbacks) callback.depth = Math.min(callback.depth, depth);
      return;
    }
    this.callbacks.delete(queryRunner);
    for (const { run } of callbacks) {
      try {
        run();
      } catch (error) {
        this.log.error('A callback after a commit failed', { error });
      }
    }
  }

  /** TypeORM also calls this after a rollback to a savepoint: only callbacks registered since then are dropped. */
  afterTransactionRollback({ queryRunner }: TransactionEvent): void {
    const depth = depthOf(queryRunner);
    const remaining = this.callbacks.get(queryRunner)?.filter((callback) => callback.depth <= depth) ?? [];
    if (remaining.length > 0) this.callbacks.set(queryRunner, remaining);
    else this.callbacks.delete(queryRunner);
  }
}

/**
 * Runs `callback` once the outermost transaction has committed and before the promise of `transaction()` resolves; never
 * after a rollback, not even one to a savepoint. A callback that throws is logged: the change is committed, so the request
 * succeeds. Synchronous, because the connection is not released until the callback returns.
 *
 * PostgreSQL answers COMMIT with a rollback when a failed statement was caught and ignored, and TypeORM does not notice.
 *
 * @throws Error outside a transaction, or when the data source is not a `LazyDataSource`.
 */
export function afterCommit(transaction: EntityManager, callback: () => void): void {
  const { queryRunner, dataSource } = transaction;
  if (!queryRunner?.isTransactionActive) throw new Error('afterCommit needs a transaction');
  const subscriber = dataSource.subscribers.find((candidate) => candidate instanceof AfterCommitSubscriber);
  if (!subscriber) throw new Error('afterCommit needs a LazyDataSource');
  subscriber.add(queryRunner, callback);
}

/** TypeORM's own counter, which is protected: 0 = no transaction, 2 = one savepoint. */
function depthOf(queryRunner: QueryRunner): number {
  return (queryRunner as unknown as { transactionDepth: number }).transactionDepth;
}
