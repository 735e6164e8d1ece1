import { Injectable } from '@nestjs/common';
import { AuditCatalogue } from '@kubarr/audit';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whether, and how loudly, people are told of a type of event. */
export interface Rule {
  readonly isEnabled: boolean;
  readonly severity: Severity;
}

/** Something that people can be told of. */
export interface EventType {
  readonly key: string;
  /** What happened, in a few words. */
  readonly title: string;
  /** `account`: the account that it is about; `administrators`: all of them, and the account that it is about, if any. */
  readonly audience: 'account' | 'administrators';
  /** What holds until an administrator decides otherwise. */
  readonly rule: Rule;
}

/**
 * Events that the product raises itself. Nobody is on call, so they are told unless somebody switches them off. Later
 * areas add theirs here.
 */
export const SYSTEM_EVENTS = [
  systemEvent('job_failed', 'A job failed', 'administrators', 'warning'),
  systemEvent('disk_filling', 'A disk is nearly full', 'administrators', 'warning'),
  systemEvent('disk_full', 'A disk is almost completely full', 'administrators', 'critical'),
  systemEvent('database_was_away', 'The database was away', 'administrators', 'warning'),
  systemEvent('sign_in_from_new_address', 'Sign-in from a new address', 'account', 'warning'),
  systemEvent('many_failed_sign_ins', 'Many failed sign-ins', 'administrators', 'warning'),
] as const;

export type SystemEventKey = (typeof SYSTEM_EVENTS)[number]['key'];

function systemEvent<Key extends string>(
  key: Key,
  title: string,
  audience: EventType['audience'],
  severity: Severity,
): EventType & { readonly key: Key } {
  return { key, title, audience, rule: { isEnabled: true, severity } };
}

/** `2fa_enabled` → `Second factor enabled`. */
const titleOf = (action: string): string => {
  const words = action.replace(/^2fa/, 'second_factor').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Every type of event, in the order in which they are listed: audit actions first. */
@Injectable()
export class EventTypes {
  readonly all: readonly EventType[];
  private readonly byKey: ReadonlyMap<string, EventType>;

  constructor(audit: AuditCatalogue) {
    const recorded = audit.actions.flatMap(({ key, audience }): EventType[] =>
      audience === 'nobody'
        ? []
        : [{ key, title: titleOf(key), audience, rule: { isEnabled: false, severity: 'info' } }],
    );
    this.all = [...recorded, ...SYSTEM_EVENTS];
    this.byKey = new Map(this.all.map((type) => [type.key, type]));
  }

  find(key: string): EventType | undefined {
    return this.byKey.get(key);
  }
}
