export { AuditSeals, type SealVerdict } from './seals/audit-seals.job.js';
export { AuditModule } from './audit.module.js';
export { AuditRecorder, type AuditEntry } from './audit-recorder.js';
export { AuditAction, type AuditAudience, AuditCatalogue, defineActions } from './audit-action.js';
export { AuditActions } from './audit.actions.js';
export { AuditFacts, type AuditFact } from './audit-facts.js';
export { AuditReader, type AuditRange } from './audit-reader.js';
export { AuditConfig } from './audit.config.js';
