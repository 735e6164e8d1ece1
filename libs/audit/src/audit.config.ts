import { days, defineConfig } from '@kubarr/platform/config';

export class AuditConfig extends defineConfig({
  /** 0 = never deleted. */
  retentionDays: days('KUBARR_AUDIT_RETENTION_DAYS', {
    default: 90,
    purpose: 'Audit entries older than this many days are deleted once a day; 0 keeps them forever.',
  }),
}) {}
