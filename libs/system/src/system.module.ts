import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { SetupModule } from '@kubarr/setup';
import { MetricsController } from './metrics.controller.js';
import { MetricsExposition } from './metrics-exposition.js';
import { StandardChecks } from './standard-checks.js';
import { SystemController } from './system.controller.js';
import { SystemService } from './system.service.js';

@Module({
  imports: [SetupModule, TerminusModule.forRoot({ logger: false })],
  controllers: [SystemController, MetricsController],
  providers: [MetricsExposition, StandardChecks, SystemService],
})
export class SystemModule {}
