import { Injectable } from '@nestjs/common';
import { HealthRegistry } from '@kubarr/platform/health';
import { MetricsRegistry } from '@kubarr/platform/telemetry';

/** What readiness says, as figures: so that an alert can name the part that is unwell. */
@Injectable()
export class HealthMetrics {
  constructor(health: HealthRegistry, metrics: MetricsRegistry) {
    metrics.gauge({
      name: 'kubarr_health_check_up',
      help: '1 while a part is well; parts that are not critical do not make the process unready',
      labels: ['check', 'critical'],
      collect: async (gauge) => {
        for (const { name, isCritical, isHealthy } of await health.run())
          gauge.set({ check: name, critical: String(isCritical) }, isHealthy ? 1 : 0);
      },
    });
  }
}
