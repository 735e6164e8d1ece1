import { Injectable } from '@nestjs/common';
import { Alerts } from '@kubarr/alerts';
import { JobQueue } from '@kubarr/jobs';
import { SystemAlerts } from '../system.alerts.js';

/** Failures of one job, or of runs of one schedule in a row, that raise an alert. */
const FAILURES = 3;

/** Raises an alert for a job that keeps failing, in the transaction that stores the failure. */
@Injectable()
export class JobWatch {
  constructor(alerts: Alerts, jobs: JobQueue) {
    jobs.onFailure(async (transaction, { id, definition, title, attempt, isFinal, failuresInARow }) => {
      const { name, isScheduled, isHousekeeping } = definition;
      let message: string;
      if (isScheduled) {
        if (failuresInARow !== FAILURES) return;
        message = `The scheduled job ${name} has failed ${failuresInARow} times in a row. The jobs screen says why.`;
      } else {
        if (isHousekeeping || !(isFinal || attempt === FAILURES)) return;
        message = isFinal
          ? `“${title}” (job ${id}) failed and is not tried again. The jobs screen says why; you can retry it there.`
          : `“${title}” (job ${id}) has failed ${attempt} times and will be tried again. The jobs screen says why.`;
      }
      await alerts.raise(transaction, { type: SystemAlerts.jobFailed, message });
    });
  }
}
