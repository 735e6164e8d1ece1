import { type Type } from '@nestjs/common';
import { AlertsModule, type AlertType } from '@kubarr/alerts';
import { type AuditAction, AuditActions, AuditModule } from '@kubarr/audit';
import { ApiTokenActions, AuthModule, RequestActions, SessionActions } from '@kubarr/auth';
import { NotificationsModule, SignInAlerts } from '@kubarr/notifications';
import { SettingsActions, SettingsModule } from '@kubarr/settings';
import { SetupActions, SetupModule } from '@kubarr/setup';
import { LinkedAccountActions, PasskeyActions, SecondFactorActions, SignInModule } from '@kubarr/sign-in';
import { StorageActions, StorageModule } from '@kubarr/storage';
import { JobActions, SystemAlerts, SystemModule } from '@kubarr/system';
import { InviteActions, RoleActions, UserActions, UsersModule } from '@kubarr/users';
import { AppActions } from './releases.actions.js';

/** What an area gives to the application. */
export interface Area {
  readonly module: Type;
  /** Its audit actions, from `*.actions.ts`. */
  readonly actions?: readonly Readonly<Record<string, AuditAction>>[];
  /** Its alerts, from `*.alerts.ts`. */
  readonly alerts?: readonly Readonly<Record<string, AlertType>>[];
}

/** Every area, in the order in which their declarations are listed to people. */
export const AREAS: readonly Area[] = [
  { module: AuthModule, actions: [SessionActions, ApiTokenActions, RequestActions] },
  { module: SignInModule, actions: [SecondFactorActions, PasskeyActions, LinkedAccountActions] },
  { module: UsersModule, actions: [UserActions, RoleActions, InviteActions] },
  { module: SettingsModule, actions: [SettingsActions] },
  { module: SetupModule, actions: [SetupActions] },
  { module: AuditModule, actions: [AuditActions] },
  { module: StorageModule, actions: [StorageActions] },
  { module: AlertsModule },
  { module: NotificationsModule, alerts: [SignInAlerts] },
  { module: SystemModule, actions: [JobActions, AppActions], alerts: [SystemAlerts] },
];
