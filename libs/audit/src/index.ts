export { AuditSeals, type SealVerdict } from './seals/audit-seals.js';
export { AuditModule } from './audit.module.js';
export { AuditRecorder, type AuditEntry } from './audit-recorder.js';
export { AUDIT_ACTIONS, AUDIT_RESOURCES, type AuditAction, type AuditResource } from './audit-catalogue.js';
export { AuditFacts, type AuditFact } from './audit-facts.js';
export { AuditReader, type AuditRange } from './audit-reader.js';
