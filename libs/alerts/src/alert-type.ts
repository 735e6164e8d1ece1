/** From least to most urgent. */
export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** `account`: the account that the alert is about; `administrators`: all of them, and that account, if there is one. */
export type AlertAudience = 'account' | 'administrators';

/** Default cooldown, in milliseconds. */
const DEFAULT_COOLDOWN_MS = 3_600_000;

export interface AlertDefinition {
  /** Stored and answered over HTTP, in snake_case. Never renamed or removed once released. */
  readonly key: string;
  /** What happened, in a few words, for people. */
  readonly title: string;
  /** Default; an administrator can choose another one. */
  readonly severity: AlertSeverity;
  /** Default `administrators`. */
  readonly audience?: AlertAudience;
  /** Default: one hour. */
  readonly cooldownMs?: number;
}

/** One type of alert. Made only by `defineAlerts`, so that nothing undeclared can be raised. */
export class AlertType {
  readonly key: string;
  readonly title: string;
  readonly severity: AlertSeverity;
  readonly audience: AlertAudience;
  /** Shortest time between two notifications of one condition that lasts, in milliseconds. */
  readonly cooldownMs: number;
  /** Makes the class nominal: an object of the same shape is not a type of alert. */
  private readonly isDeclared = true;

  constructor({ key, title, severity, audience = 'administrators', cooldownMs }: AlertDefinition) {
    this.key = key;
    this.title = title;
    this.severity = severity;
    this.audience = audience;
    this.cooldownMs = cooldownMs ?? DEFAULT_COOLDOWN_MS;
  }
}

/**
 * Declares the alerts of an area, beside what raises them, in `<area>.alerts.ts`:
 * `defineAlerts({ diskFull: { key: 'disk_full', title: 'A disk is full', severity: 'critical' } })`.
 */
export function defineAlerts<Name extends string>(
  declared: Readonly<Record<Name, AlertDefinition>>,
): Readonly<Record<Name, AlertType>> {
  const types = Object.entries<AlertDefinition>(declared).map(([name, given]) => [name, new AlertType(given)]);
  return Object.freeze(Object.fromEntries(types) as Record<Name, AlertType>);
}

/** Every type of alert, as the application assembles them from the areas. */
export class AlertCatalogue {
  readonly types: readonly AlertType[];

  constructor(declarations: readonly Readonly<Record<string, AlertType>>[]) {
    this.types = declarations.flatMap((declaration) => Object.values(declaration));
    const keys = this.types.map(({ key }) => key);
    const duplicate = keys.find((key, position) => keys.indexOf(key) !== position);
    if (duplicate !== undefined) throw new Error(`the alert ${duplicate} is declared twice`);
  }
}
