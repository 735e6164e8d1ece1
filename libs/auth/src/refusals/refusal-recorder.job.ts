import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { actorOf, SYSTEM } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { DatabaseConnection } from '@kubarr/platform/database';
import { Refusals } from '@kubarr/platform/http';
import { Scheduled } from '@kubarr/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { DataSource } from 'typeorm';
import { RefusalBuffer } from './refusal-buffer.js';
import { RequestActions } from '../auth.actions.js';

/** How often refusals become audit entries, in milliseconds: with 20 at a time, some 40 entries a minute at most. */
const EVERY_MS = 30_000;

/** Records refused requests in the audit log, counted per interval, so that no client can flood the log. */
@Injectable()
export class RefusalRecorder implements BeforeApplicationShutdown {
  private readonly buffer = new RefusalBuffer();

  constructor(
    private readonly dataSource: DataSource,
    private readonly connection: DatabaseConnection,
    private readonly audit: AuditRecorder,
    private readonly log: Log,
    refusals: Refusals,
  ) {
    refusals.observe((request, { code }) => {
      const route = `${request.method} ${request.routeOptions.url ?? '(none)'}`;
      this.buffer.add({ actor: actorOf(request), route, code });
    });
  }

  @Scheduled({ name: 'refusals', scope: 'local', everyMs: EVERY_MS, timeoutMs: 10_000 })
  async write(): Promise<void> {
    if (!this.connection.isReady) return;
    const { refusals, others } = this.buffer.drain();
    if (refusals.length === 0) return;
    await this.dataSource.transaction(async (transaction) => {
      const entry = { action: RequestActions.refused } as const;
      for (const { actor, route, code, times } of refusals) {
        const details = { code, times };
        await this.audit.record(transaction, actor, { ...entry, resourceId: route, details, failure: 'refused' });
      }
      if (others > 0) {
        const details = { times: others };
        await this.audit.record(transaction, SYSTEM, { ...entry, details, failure: 'further refusals' });
      }
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.write().catch((error: unknown) => this.log.warn('Some refusals were not recorded', { error }));
  }
}
