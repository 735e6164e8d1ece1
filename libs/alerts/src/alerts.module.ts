import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AlertCondition } from './alert-condition.entity.js';
import { Alerts } from './alerts.js';

@Module({
  imports: [TypeOrmModule.forFeature([AlertCondition])],
  providers: [Alerts],
  exports: [Alerts],
})
export class AlertsModule {}
