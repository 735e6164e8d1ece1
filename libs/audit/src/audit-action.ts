/** Who can be notified of an action: the account that it concerns, every administrator, or no one. */
export type AuditAudience = 'account' | 'administrators' | 'nobody';

/** One action that an audit entry can name. Made only by `defineActions`, so that nothing undeclared can be recorded. */
export class AuditAction {
  /** Makes the class nominal: an object of the same shape is not an action. */
  private readonly isDeclared = true;

  constructor(
    /** Stored and answered over HTTP, in snake_case. Never renamed or removed once released. */
    readonly key: string,
    /** Type of resource that its entries are about. */
    readonly resource: string,
    readonly audience: AuditAudience,
  ) {}
}

/** What the actions of one declaration have in common. */
export interface ActionDefaults {
  readonly resource: string;
  readonly audience: AuditAudience;
}

type Declared = string | { readonly key: string; readonly audience: AuditAudience };

/**
 * Declares the actions of one type of resource, beside the area that records them:
 * `defineActions({ resource: 'role', audience: 'administrators' }, { created: 'role_created' })`.
 */
export function defineActions<Name extends string>(
  { resource, audience }: ActionDefaults,
  declared: Readonly<Record<Name, Declared>>,
): Readonly<Record<Name, AuditAction>> {
  const actions = Object.entries<Declared>(declared).map(([name, given]) => [
    name,
    typeof given === 'string'
      ? new AuditAction(given, resource, audience)
      : new AuditAction(given.key, resource, given.audience),
  ]);
  return Object.freeze(Object.fromEntries(actions) as Record<Name, AuditAction>);
}

/** Every action of the product, as the application assembles them. */
export class AuditCatalogue {
  readonly actions: readonly AuditAction[];

  constructor(declarations: readonly Readonly<Record<string, AuditAction>>[]) {
    this.actions = declarations.flatMap((declaration) => Object.values(declaration));
    const keys = this.actions.map(({ key }) => key);
    const twice = keys.find((key, position) => keys.indexOf(key) !== position);
    if (twice !== undefined) throw new Error(`the audit action ${twice} is declared twice`);
  }
}

/** A part of the web client writes actions in CamelCase: `LoginFailed` and `TwoFactorEnabled` mean our keys. */
export function canonicalAction(text: string): string {
  if (!/^[A-Z]/.test(text)) return text;
  return text
    .replace(/^TwoFactor/, '2fa')
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}
