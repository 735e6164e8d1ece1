import { defineAlerts } from '@kubarr/alerts';

const DAY_MS = 86_400_000;

export const SystemAlerts = defineAlerts({
  jobFailed: { key: 'job_failed', title: 'A job failed', severity: 'warning' },
  diskFilling: { key: 'disk_filling', title: 'A disk is nearly full', severity: 'warning', cooldownMs: DAY_MS },
  diskFull: { key: 'disk_full', title: 'A disk is almost completely full', severity: 'critical', cooldownMs: DAY_MS },
  /** All replicas notice the same outage; the cooldown leaves one alert. */
  databaseAway: { key: 'database_was_away', title: 'The database was away', severity: 'warning', cooldownMs: 60_000 },
});
