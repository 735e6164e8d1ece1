import { days, defineConfig } from '@kubarr/platform/config';

/** For history that each area keeps for people to look at, and deletes itself. */
export class HistoryConfig extends defineConfig({
  /** 0 = never. */
  retentionDays: days('KUBARR_HISTORY_RETENTION_DAYS', {
    default: 90,
    purpose:
      'Finished jobs, inbox entries, delivered messages and used invites are deleted after this many days; 0 keeps them.',
  }),
}) {}
