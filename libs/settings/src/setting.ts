/** What a declaration says about a setting. */
interface SettingOptions<Value> {
  /** Value until an administrator stores another one. */
  readonly default: Value;
  /** What it does, in one sentence, for administrators. */
  readonly description: string;
  /** Public settings can be read and written over HTTP. Default: yes. */
  readonly isPublic?: boolean;
}

/** How values and stored texts become each other. */
interface SettingRules<Value> {
  /** What is allowed, in words. */
  readonly allowed: string;
  /** `undefined` for a text that is not allowed. */
  readonly parse: (text: string) => Value | undefined;
}

/** One setting that an administrator can change while the product runs. Stored as text under its key. */
export class Setting<Value extends string | boolean = string | boolean> {
  readonly default: Value;
  readonly description: string;
  readonly isPublic: boolean;
  readonly allowed: string;
  /** The value that a text means; `undefined` when it is not allowed. */
  readonly parse: (text: string) => Value | undefined;

  constructor(
    /** Stored and answered over HTTP, in snake_case. Never renamed once released. */
    readonly key: string,
    options: SettingOptions<Value>,
    rules: SettingRules<Value>,
  ) {
    this.default = options.default;
    this.description = options.description;
    this.isPublic = options.isPublic ?? true;
    this.allowed = rules.allowed;
    this.parse = rules.parse;
  }

  /** The value of a stored text; the default when nothing is stored, or something that is no longer allowed. */
  valueOf(stored: string | undefined): Value {
    return (stored === undefined ? undefined : this.parse(stored)) ?? this.default;
  }
}

/** On or off; stored as `true` and `false`. */
export function booleanSetting(key: string, options: SettingOptions<boolean>): Setting<boolean> {
  return new Setting(key, options, {
    allowed: 'true or false',
    parse: (text) => {
      const word = text.trim();
      return /^(true|1|yes)$/i.test(word) ? true : /^(false|0|no)$/i.test(word) ? false : undefined;
    },
  });
}

/** An absolute path; empty = not chosen. */
export function pathSetting(key: string, options: SettingOptions<string>): Setting<string> {
  return new Setting(key, options, {
    allowed: 'an absolute path',
    parse: (text) => (text.startsWith('/') ? text : undefined),
  });
}

/** Every setting of the product, as the application assembles them. */
export class SettingCatalogue {
  private readonly byKey: ReadonlyMap<string, Setting>;

  constructor(declarations: readonly Readonly<Record<string, Setting>>[]) {
    const settings = declarations.flatMap((declaration) => Object.values(declaration));
    this.byKey = new Map(settings.map((setting) => [setting.key, setting]));
    if (this.byKey.size < settings.length) throw new Error('two settings have the same key');
  }

  /** Those that administrators see, in the order of the declarations. */
  get public(): readonly Setting[] {
    return [...this.byKey.values()].filter(({ isPublic }) => isPublic);
  }

  findPublic(key: string): Setting | undefined {
    const setting = this.byKey.get(key);
    return setting?.isPublic ? setting : undefined;
  }
}
