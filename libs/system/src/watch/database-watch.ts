import { Injectable } from '@nestjs/common';
import { Alerts } from '@kubarr/alerts';
import { ReplicaBus } from '@kubarr/platform/database';
import { Log } from '@kubarr/platform/telemetry';
import { DataSource } from 'typeorm';
import { SystemAlerts } from '../system.alerts.js';

/** Shorter outages are restarts of the database, in milliseconds. */
const MIN_OUTAGE_MS = 10_000;

/** Raises an alert, once the database is back, that it was away. */
@Injectable()
export class DatabaseWatch {
  private lostAt: number | undefined;

  constructor(
    private readonly alerts: Alerts,
    private readonly dataSource: DataSource,
    private readonly log: Log,
    private readonly bus: ReplicaBus,
  ) {
    bus.onListeningChange((isListening) => {
      if (isListening) void this.raiseAlert();
      else this.lostAt ??= performance.now();
    });
  }

  private async raiseAlert(): Promise<void> {
    const { lostAt } = this;
    if (lostAt === undefined) return;
    this.lostAt = undefined;
    const awayMs = performance.now() - lostAt;
    if (awayMs < MIN_OUTAGE_MS) return;
    const message = `The database could not be reached for ${Math.round(awayMs / 1_000)} seconds. Nothing was lost; requests during that time were answered with “try again”.`;
    try {
      await this.dataSource.transaction((transaction) =>
        this.alerts.raise(transaction, { type: SystemAlerts.databaseAway, message, subject: 'database' }),
      );
    } catch (error) {
      if (!this.bus.isListening) this.lostAt = lostAt; // away again already: the alert follows when it is back
      this.log.warn('The alert about the database outage could not be raised', { error });
    }
  }
}
