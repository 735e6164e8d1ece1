import { Injectable } from '@nestjs/common';
import { HealthRegistry } from '@kubarr/platform/health';
import { MetricsRegistry } from '@kubarr/platform/telemetry';

/** The readiness as metrics, so that an alert can name the part that has failed. */
@Injectable()
export class HealthMetrics {
  constructor(health: HealthRegistry, metrics: MetricsRegistry) {
    metrics.gauge({
      name: 'kubarr_health_check_up',
      help: '1 while a part works; one that is not critical does not make the process unready',
      labels: ['check', 'critical'],
      collect: async (gauge) => {
        for (const { name, isCritical, status } of await health.run())
          gauge.set({ check: name, critical: String(isCritical) }, status === 'up' ? 1 : 0);
      },
    });
  }
}
