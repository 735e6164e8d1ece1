import { Injectable } from '@nestjs/common';
import { DatabaseConnection, ReplicaBus } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';
import { InstallationRow } from './installation.entity.js';

/** Whether the first run is over: once true, always true, so it is not queried again. */
@Injectable()
export class Installation {
  private isKnownComplete = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly connection: DatabaseConnection,
    private readonly bus: ReplicaBus,
  ) {}

  /** @throws DatabaseUnavailable */
  async isComplete(): Promise<boolean> {
    if (this.isKnownComplete) return true;
    this.isKnownComplete = (await this.row()).completedAt !== null;
    return this.isKnownComplete;
  }

  /** @throws DatabaseUnavailable before the database was reached. */
  async row(): Promise<InstallationRow> {
    return this.dataSource.getRepository(InstallationRow).findOneByOrFail({ id: 1 });
  }

  /** True while the database does not answer: whether the setup is needed is unknown, and pages should wait. */
  get isDatabasePending(): boolean {
    return !this.connection.isReady || !this.bus.isListening;
  }

  /** True only when it is certain that there is no administrator yet. */
  async isSetupRequired(): Promise<boolean> {
    if (this.isDatabasePending) return false;
    return !(await this.isComplete());
  }
}
