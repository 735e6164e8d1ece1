import { Injectable } from '@nestjs/common';
import { type AlertAudience, AlertCatalogue, type AlertSeverity } from '@kubarr/alerts';
import { AuditCatalogue } from '@kubarr/audit';

/** Whether people are notified of a type of event, and with which severity. */
export interface Rule {
  readonly isEnabled: boolean;
  readonly severity: AlertSeverity;
}

/** An audit action or an alert. */
export interface EventType {
  readonly key: string;
  /** What happened, in a few words. */
  readonly title: string;
  readonly audience: AlertAudience;
  /** Applies until an administrator decides otherwise. */
  readonly defaultRule: Rule;
}

/** `2fa_enabled` → `Second factor enabled`. */
const titleOf = (action: string): string => {
  const words = action.replace(/^2fa/, 'second_factor').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/**
 * Every type of event, as the areas declare them: audit actions, which are off by default, then alerts, which are on,
 * because a household has no one on call.
 */
@Injectable()
export class EventTypes {
  readonly all: readonly EventType[];
  private readonly byKey: ReadonlyMap<string, EventType>;

  constructor(audit: AuditCatalogue, alerts: AlertCatalogue) {
    const actions = audit.actions.flatMap(({ key, audience }): EventType[] =>
      audience === 'nobody'
        ? []
        : [{ key, title: titleOf(key), audience, defaultRule: { isEnabled: false, severity: 'info' } }],
    );
    const raised = alerts.types.map(({ key, title, audience, severity }): EventType => ({
      key,
      title,
      audience,
      defaultRule: { isEnabled: true, severity },
    }));
    this.all = [...actions, ...raised];
    this.byKey = new Map(this.all.map((type) => [type.key, type]));
  }

  find(key: string): EventType | undefined {
    return this.byKey.get(key);
  }
}
