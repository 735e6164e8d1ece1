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

/** How often notes become audit entries, in milliseconds. With 20 notes at a time that is 40 entries a minute at most. */
const EVERY_MS = 30_000;

/** Records refused requests in the audit log, counted per interval, so that no client can flood the log. */
@Injectable()
export class RefusalRecorder implements BeforeApplicationShutdown {
  private readonly waiting = new RefusalBuffer();

  constructor(
    private readonly dataSource: DataSource,
    private readonly connection: DatabaseConnection,
    private readonly audit: AuditRecorder,
    private readonly log: Log,
    refusals: Refusals,
  ) {
    refusals.observe((request, { code }) => {
      const route = `${request.method} ${request.routeOptions.url ?? '(none)'}`;
      this.waiting.add({ actor: actorOf(request), route, code });
    });
  }

  @Scheduled({ name: 'refusals', scope: 'local', everyMs: EVERY_MS, timeoutMs: 10_000 })
  async write(): Promise<void> {
    if (!this.connection.isReady) return;
    const { notes, others } = this.waiting.drain();
    if (notes.length === 0) return;
    await this.dataSource.transaction(async (transaction) => {
      const refused = { action: RequestActions.refused } as const;
      for (const { actor, route, code, times } of notes) {
        const details = { code, times };
        await this.audit.record(transaction, actor, { ...refused, resourceId: route, details, failure: 'refused' });
      }
      if (others > 0) {
        const details = { times: others };
        await this.audit.record(transaction, SYSTEM, { ...refused, details, failure: 'further refusals' });
      }
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.write().catch((error: unknown) => this.log.warn('Some refusals were not recorded', { error }));
  }
}
