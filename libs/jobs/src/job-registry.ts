import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type JobDefinition } from './job-definition.js';

export interface JobFailure {
  readonly id: number;
  readonly definition: JobDefinition;
  readonly title: string;
  /** Number of the attempt that failed. */
  readonly attempt: number;
  /** The job has ended. */
  readonly isFinal: boolean;
  /** Runs of the schedule that failed since one succeeded; 0 for other jobs. */
  readonly failuresInARow: number;
}

/** Runs in the transaction that stores the failure. */
export type FailureHandler = (transaction: EntityManager, failure: JobFailure) => Promise<void>;

/** The jobs that this process can run; areas register theirs while the modules are wired. */
@Injectable()
export class JobRegistry {
  private readonly definitions = new Map<string, JobDefinition>();
  private readonly handlers: FailureHandler[] = [];

  /** @throws Error when the name is registered already, or the step names are not unique. */
  register(definition: JobDefinition): void {
    const { name, steps } = definition;
    if (steps.length === 0 || new Set(steps.map((step) => step.name)).size !== steps.length)
      throw new Error(`The job ${name} needs steps with unique names`);
    if (this.definitions.has(name)) throw new Error(`There are two jobs called ${name}`);
    this.definitions.set(name, definition);
  }

  all(): readonly JobDefinition[] {
    return [...this.definitions.values()];
  }

  find(name: string): JobDefinition | undefined {
    return this.definitions.get(name);
  }

  housekeeping(): string[] {
    return this.all().flatMap(({ name, isHousekeeping }) => (isHousekeeping ? [name] : []));
  }

  onFailure(handler: FailureHandler): void {
    this.handlers.push(handler);
  }

  /** For {@link JobAttempt} only. */
  async publishFailure(transaction: EntityManager, failure: JobFailure): Promise<void> {
    for (const handler of this.handlers) await handler(transaction, failure);
  }
}
