/** What the default and the parser of a variable can depend on. */
export interface Environment {
  /** True when the variables that Kubernetes sets in every pod are there. */
  readonly inCluster: boolean;
  /** Relative paths start here. */
  readonly workingDirectory: string;
  /** Another part of the configuration, for a default that depends on it. */
  readonly get: <Slice extends object>(config: ConfigClass<Slice>) => Slice;
}

/** Where a {@link Variable} finds its text, and reports a bad one. An empty value counts as not set. */
export interface EnvironmentReader extends Environment {
  textOf(variable: AnyVariable): string | undefined;
  reject(variable: AnyVariable): void;
}

/** One property of a configuration class. */
export interface ConfigField<Value> {
  read(reader: EnvironmentReader): Value;
}

/** The properties of a configuration class, by name. */
export type ConfigFields = Readonly<Record<string, ConfigField<unknown>>>;

/** A configuration class, made by `defineConfig`: the declaration, the type of the values, and the token to inject. */
export interface ConfigClass<Slice extends object> {
  new (values: never): Slice;
  readonly fields: ConfigFields;
  check(values: never): readonly string[];
}

/** The allowed values in JSON Schema; absent when any text is allowed. */
export interface VariableSchema {
  readonly type?: 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

/** What every declaration says about a variable. */
export interface VariableOptions<Fallback> {
  /** What it does, in one sentence. */
  readonly purpose: string;
  /** Value when it is not set. Absent: `undefined`. */
  readonly default?: Fallback | ((environment: Environment) => Fallback);
  /** The default in words, where the value does not say it. */
  readonly defaultText?: string;
  /** Older names that still work; the first one set wins, the current name before all. */
  readonly aliases?: readonly string[];
  /** Never shown, not even in part; can also be given as a file, by the name with `_FILE` appended. */
  readonly secret?: true;
}

/** How the text of a variable is parsed, and what is allowed, in words. */
interface VariableRules<Value> {
  readonly allowed: string;
  readonly schema?: VariableSchema;
  /** `undefined` for a text that is not allowed. */
  readonly parse: (text: string, environment: Environment) => Value | undefined;
}

export type AnyVariable = Variable<unknown, unknown>;

/** One environment variable: parsing, the README, the chart and the error texts all come from this declaration. */
export class Variable<Value, Fallback> implements ConfigField<Value | Fallback> {
  readonly aliases: readonly string[];
  readonly purpose: string;
  readonly isSecret: boolean;
  readonly allowed: string;
  /** The default in words, for computed defaults. */
  readonly defaultText: string;
  readonly schema: VariableSchema | undefined;

  constructor(
    readonly name: string,
    private readonly options: VariableOptions<Fallback>,
    private readonly rules: VariableRules<Value>,
  ) {
    const { aliases = [], purpose, secret = false, default: fallback, defaultText } = options;
    this.aliases = aliases;
    this.purpose = purpose;
    this.isSecret = secret;
    this.allowed = rules.allowed;
    this.schema = rules.schema;
    this.defaultText = defaultText ?? (/^(string|number)$/.test(typeof fallback) ? String(fallback) : 'none');
  }

  read(reader: EnvironmentReader): Value | Fallback {
    const text = reader.textOf(this);
    const value = text === undefined ? undefined : this.rules.parse(text, reader);
    if (value !== undefined) return value;
    if (text !== undefined) reader.reject(this);
    const { default: fallback } = this.options;
    return typeof fallback === 'function'
      ? (fallback as (environment: Environment) => Fallback)(reader)
      : (fallback as Fallback);
  }
}
