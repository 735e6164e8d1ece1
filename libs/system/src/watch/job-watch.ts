import { Injectable } from '@nestjs/common';
import { SystemEvents } from '@kubarr/notifications';
import { JobQueue, PeriodicJobs } from '@kubarr/jobs';

/** So many failures of the same work are told. */
const FAILURES = 3;

/** Tells administrators of work that keeps failing, in the transaction that notes the failure. */
@Injectable()
export class JobWatch {
  constructor(events: SystemEvents, durable: JobQueue, periodic: PeriodicJobs) {
    durable.onFailure(async (transaction, { id, kind, title, attempt, isFinal }) => {
      if (kind.isHousekeeping || !(isFinal || attempt === FAILURES)) return;
      const message = isFinal
        ? `“${title}” (job ${id}) failed and is not tried again. The jobs screen says why; from there it can be started again.`
        : `“${title}” (job ${id}) has failed ${attempt} times and is tried again. The jobs screen says why.`;
      await events.raise(transaction, { type: 'job_failed', message });
    });
    periodic.onFailure(async (transaction, name, failuresInARow) => {
      if (failuresInARow !== FAILURES) return;
      const message = `The periodic job ${name} has failed ${failuresInARow} times in a row. The jobs screen says why.`;
      await events.raise(transaction, { type: 'job_failed', message });
    });
  }
}
