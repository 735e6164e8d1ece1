import { Injectable } from '@nestjs/common';
import { Alerts } from '@kubarr/alerts';
import { JobQueue, PeriodicJobs } from '@kubarr/jobs';
import { SystemAlerts } from '../system.alerts.js';

/** Failures of the same job that raise an alert. */
const FAILURES = 3;

/** Raises an alert for a job that keeps failing, in the transaction that stores the failure. */
@Injectable()
export class JobWatch {
  constructor(alerts: Alerts, durable: JobQueue, periodic: PeriodicJobs) {
    durable.onFailure(async (transaction, { id, kind, title, attempt, isFinal }) => {
      if (kind.isHousekeeping || !(isFinal || attempt === FAILURES)) return;
      const message = isFinal
        ? `“${title}” (job ${id}) failed and is not tried again. The jobs screen says why; from there it can be started again.`
        : `“${title}” (job ${id}) has failed ${attempt} times and is tried again. The jobs screen says why.`;
      await alerts.raise(transaction, { type: SystemAlerts.jobFailed, message });
    });
    periodic.onFailure(async (transaction, name, failuresInARow) => {
      if (failuresInARow !== FAILURES) return;
      const message = `The periodic job ${name} has failed ${failuresInARow} times in a row. The jobs screen says why.`;
      await alerts.raise(transaction, { type: SystemAlerts.jobFailed, message });
    });
  }
}
