import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type JobDefinition } from './job-definition.js';

/** A try that failed, as told to those who want to know. */
export interface JobFailure {
  readonly id: number;
  readonly kind: JobDefinition;
  readonly title: string;
  /** The number of this try. */
  readonly attempt: number;
  /** The job is over. */
  readonly isFinal: boolean;
}

/** Runs in the transaction that notes the failure. */
export type FailureHandler = (transaction: EntityManager, failure: JobFailure) => Promise<void>;

/** The kinds of durable work that this process knows; areas register theirs while the modules are wired. */
@Injectable()
export class JobRegistry {
  private readonly kinds = new Map<string, JobDefinition>();
  private readonly handlers: FailureHandler[] = [];

  /** @throws Error when the kind is there already, has no step, or two of one name. */
  register(kind: JobDefinition): void {
    const names = new Set(kind.steps.map(({ name }) => name));
    if (names.size === 0 || names.size !== kind.steps.length)
      throw new Error(`${kind.name} needs differently named steps`);
    if (this.kinds.has(kind.name)) throw new Error(`There are two kinds of job called ${kind.name}`);
    this.kinds.set(kind.name, kind);
  }

  all(): readonly JobDefinition[] {
    return [...this.kinds.values()];
  }

  /** @throws Error when it is not registered. */
  get(name: string): JobDefinition {
    const kind = this.kinds.get(name);
    if (!kind) throw new Error(`There is no kind of job called ${name}`);
    return kind;
  }

  onFailure(handler: FailureHandler): void {
    this.handlers.push(handler);
  }

  /** For the worker only. */
  async failed(transaction: EntityManager, failure: JobFailure): Promise<void> {
    for (const handler of this.handlers) await handler(transaction, failure);
  }
}
