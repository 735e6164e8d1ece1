import { Injectable } from '@nestjs/common';
import { SystemEvents } from '@kubarr/notifications';
import { ReplicaBus } from '@kubarr/platform/database';
import { Log } from '@kubarr/platform/telemetry';
import { DataSource } from 'typeorm';

/** Shorter absences are those of a restart, in milliseconds. */
const WORTH_TELLING_MS = 10_000;

/** Replicas notice the same absence; one of them tells it, in milliseconds. */
const QUIET_MS = 60_000;

/** Tells administrators, once the database is back, that it was away. */
@Injectable()
export class DatabaseWatch {
  private lostAt: number | undefined;

  constructor(
    private readonly events: SystemEvents,
    private readonly dataSource: DataSource,
    private readonly log: Log,
    private readonly bus: ReplicaBus,
  ) {
    bus.onListeningChange((isListening) => {
      if (isListening) void this.isBack();
      else this.lostAt ??= performance.now();
    });
  }

  private async isBack(): Promise<void> {
    const { lostAt } = this;
    if (lostAt === undefined) return;
    this.lostAt = undefined;
    const awayMs = performance.now() - lostAt;
    if (awayMs < WORTH_TELLING_MS) return;
    const message = `The database could not be reached for ${Math.round(awayMs / 1_000)} seconds. Nothing was lost; whoever asked for something meanwhile was told to try again.`;
    try {
      await this.dataSource.transaction((transaction) =>
        this.events.raise(transaction, { type: 'database_was_away', message, subject: 'database', quietMs: QUIET_MS }),
      );
    } catch (error) {
      if (!this.bus.isListening) this.lostAt = lostAt; // away again already: told when it is back for good
      this.log.warn('That the database was away could not be told', { error });
    }
  }
}
