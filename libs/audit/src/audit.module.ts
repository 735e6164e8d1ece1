import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEntries } from './audit-entries.js';
import { AuditExport } from './audit-export.js';
import { AuditFacts } from './audit-facts.js';
import { AuditLog } from './audit-log.entity.js';
import { AuditRecorder } from './audit-recorder.js';
import { AuditCursor } from './audit-cursor.entity.js';
import { AuditReader } from './audit-reader.js';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';
import { AuditDeletion } from './retention/audit-deletion.js';
import { AuditRemoval } from './retention/audit-removal.entity.js';
import { AuditRetention } from './retention/audit-retention.job.js';
import { AuditSeal } from './seals/audit-seal.entity.js';
import { AuditSealHealth } from './seals/audit-seal-health.js';
import { AuditSeals } from './seals/audit-seals.job.js';
import { AuditStatistics } from './statistics/audit-statistics.js';
import { AuditActionTotal, AuditDailyTotal } from './statistics/audit-totals.entity.js';
import { AuditTotals } from './statistics/audit-totals.job.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([AuditLog, AuditCursor, AuditDailyTotal, AuditActionTotal, AuditRemoval, AuditSeal]),
  ],
  controllers: [AuditController],
  providers: [
    AuditDeletion,
    AuditEntries,
    AuditExport,
    AuditFacts,
    AuditReader,
    AuditRecorder,
    AuditRetention,
    AuditSealHealth,
    AuditSeals,
    AuditService,
    AuditStatistics,
    AuditTotals,
  ],
  exports: [AuditFacts, AuditReader, AuditRecorder],
})
export class AuditModule {}
