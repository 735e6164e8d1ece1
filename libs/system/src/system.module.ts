import { Module } from '@nestjs/common';
import { StorageModule } from '@kubarr/storage';
import { AlertsModule } from '@kubarr/alerts';
import { AuditModule } from '@kubarr/audit';
import { AuthModule } from '@kubarr/auth';
import { SetupModule } from '@kubarr/setup';
import { EventsSocket } from './events/events-socket.js';
import { HealthMetrics } from './health-metrics.js';
import { JobFeed } from './jobs/job-feed.js';
import { JobsController } from './jobs/jobs.controller.js';
import { JobsService } from './jobs/jobs.service.js';
import { DatabaseWatch } from './watch/database-watch.js';
import { DiskWatch } from './watch/disk-watch.job.js';
import { JobWatch } from './watch/job-watch.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsExposition } from './metrics-exposition.js';
import { SystemController } from './system.controller.js';
import { SystemService } from './system.service.js';

@Module({
  imports: [StorageModule, AlertsModule, AuditModule, AuthModule, SetupModule],
  controllers: [SystemController, MetricsController, JobsController],
  providers: [
    DatabaseWatch,
    DiskWatch,
    JobWatch,
    EventsSocket,
    HealthMetrics,
    JobFeed,
    JobsService,
    MetricsExposition,
    SystemService,
  ],
})
export class SystemModule {}
