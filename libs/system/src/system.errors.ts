import { type FieldIssue, KubarrError } from '@kubarr/platform/errors';

export class NotReady extends KubarrError {
  readonly code = 'system.not-ready';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 5;
  constructor(override readonly issues: readonly FieldIssue[]) {
    super(`Not ready: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`);
  }
}

export class MetricsTokenMissing extends KubarrError {
  readonly code = 'system.metrics-token-missing';
  readonly kind = 'unauthenticated';
  constructor() {
    super('Metrics need the bearer token of KUBARR_METRICS_TOKEN.');
  }
}

export class MetricsPortTaken extends KubarrError {
  readonly code = 'system.metrics-port-taken';
  readonly kind = 'conflict';
  constructor(port: number, cause: unknown) {
    super(`Port ${port} of KUBARR_METRICS_PORT cannot be listened on; choose another one.`, { cause });
  }
}
