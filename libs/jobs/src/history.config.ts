import { days, defineConfig } from '@kubarr/platform/config';

/** For everything that is kept only to be looked up: each area deletes its own. */
export class HistoryConfig extends defineConfig({
  /** 0 = never. */
  retentionDays: days('KUBARR_HISTORY_RETENTION_DAYS', {
    default: 90,
    purpose:
      'Finished jobs, inbox entries, delivered messages and used invites are deleted after this many days; 0 keeps them.',
  }),
}) {}
