import { AccountsAndRoles1764000000000 } from './1764000000000-accounts-and-roles.js';
import { Settings1764000000001 } from './1764000000001-settings.js';
import { AuditLog1764000000002 } from './1764000000002-audit-log.js';
import { Sessions1764000000003 } from './1764000000003-sessions.js';
import { RateLimits1764000000004 } from './1764000000004-rate-limits.js';
import { Installation1764000000005 } from './1764000000005-installation.js';
import { PeriodicJobs1764000000006 } from './1764000000006-periodic-jobs.js';
import { AuditTotals1764000000007 } from './1764000000007-audit-totals.js';
import { AuditSearch1764000000008 } from './1764000000008-audit-search.js';
import { AuditSeals1764000000009 } from './1764000000009-audit-seals.js';
import { DurableJobs1764000000010 } from './1764000000010-durable-jobs.js';
import { Notifications1764000000011 } from './1764000000011-notifications.js';
import { SessionsOfAnAccount1764000000020 } from './1764000000020-sessions-of-an-account.js';
import { Invites1764000000021 } from './1764000000021-invites.js';
import { SecondFactors1764000000030 } from './1764000000030-second-factors.js';
import { SignInChallenges1764000000031 } from './1764000000031-sign-in-challenges.js';
import { SignInProviders1764000000032 } from './1764000000032-sign-in-providers.js';
import { ApiTokens1764000000033 } from './1764000000033-api-tokens.js';
import { Storage1764000000040 } from './1764000000040-storage.js';
import { AuditRemovals1764000000050 } from './1764000000050-audit-removals.js';
import { HeldDestinations1764000000051 } from './1764000000051-held-destinations.js';
import { StorageIntents1764000000060 } from './1764000000060-storage-intents.js';
import { OneJobEngine1764000000062 } from './1764000000062-one-job-engine.js';
import { AlertConditions1764000000064 } from './1764000000064-alert-conditions.js';

/** Every schema change, oldest first. A released one is never edited. */
export const migrations = [
  AccountsAndRoles1764000000000,
  Settings1764000000001,
  AuditLog1764000000002,
  Sessions1764000000003,
  RateLimits1764000000004,
  Installation1764000000005,
  PeriodicJobs1764000000006,
  AuditTotals1764000000007,
  AuditSearch1764000000008,
  AuditSeals1764000000009,
  DurableJobs1764000000010,
  Notifications1764000000011,
  SessionsOfAnAccount1764000000020,
  Invites1764000000021,
  SecondFactors1764000000030,
  SignInChallenges1764000000031,
  SignInProviders1764000000032,
  ApiTokens1764000000033,
  Storage1764000000040,
  AuditRemovals1764000000050,
  HeldDestinations1764000000051,
  StorageIntents1764000000060,
  OneJobEngine1764000000062,
  AlertConditions1764000000064,
];
