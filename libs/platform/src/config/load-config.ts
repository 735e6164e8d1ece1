import { readFileSync } from 'node:fs';
import { type AnyVariable, type ConfigClass, type EnvironmentReader } from './variable.js';

/** Lists every bad variable by name, with what is allowed, and never its value. */
export class InvalidEnvironment extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidEnvironment';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration as it was when the process started: one frozen object for each configuration class. */
export class Config {
  constructor(private readonly slices: ReadonlyMap<ConfigClass<object>, object>) {}

  get<Slice extends object>(config: ConfigClass<Slice>): Slice {
    const slice = this.slices.get(config);
    if (!slice) throw new Error(`${config.name} is not among the configuration classes that were loaded`);
    return slice as Slice;
  }

  /** A copy in which some values of one class are replaced. */
  with<Slice extends object>(config: ConfigClass<Slice>, values: Partial<Slice>): Config {
    return new Config(new Map(this.slices).set(config, { ...this.get(config), ...values }));
  }

  /** Every class with its values. */
  entries(): readonly [ConfigClass<object>, object][] {
    return [...this.slices];
  }
}

/**
 * Parses the environment once, before anything else starts.
 *
 * @throws InvalidEnvironment naming every bad variable at once.
 */
export function loadConfig(
  configs: readonly ConfigClass<object>[],
  environment: Environment = process.env,
  workingDirectory = process.cwd(),
): Config {
  const reader = new Reader(environment, workingDirectory);
  const slices = new Map(configs.map((config) => [config, reader.get(config)]));
  if (reader.problems.length > 0) throw new InvalidEnvironment(reader.problems);
  return new Config(slices);
}

/** Where the value of a variable comes from, for people. */
export interface VariableState {
  readonly variable: AnyVariable;
  /** The text in effect: `(hidden)` for a secret that is set, the default in words when nothing is set. */
  readonly value: string;
  /** Name of the variable that was set, which may be an alias or end in `_FILE`; `default` when none was. */
  readonly source: string;
}

/** Every variable with what is in effect, valid or not. */
export function explainVariables(
  variables: readonly AnyVariable[],
  environment: Environment = process.env,
): VariableState[] {
  const reader = new Reader(environment, '.');
  return variables.map((variable) => {
    const found = reader.find(variable);
    if (!found) return { variable, value: variable.defaultText, source: 'default' };
    return { variable, value: variable.isSecret ? '(hidden)' : withoutCredentials(found.text), source: found.source };
  });
}

/** A URL with a password in a variable that should have none is invalid, and still shown. */
const withoutCredentials = (text: string): string => text.replace(/\/\/.*@/s, '//(hidden)@');

class Reader implements EnvironmentReader {
  readonly problems: string[] = [];
  readonly inCluster: boolean;
  private readonly slices = new Map<ConfigClass<object>, object>();

  constructor(
    private readonly environment: Environment,
    readonly workingDirectory: string,
  ) {
    this.inCluster = Boolean(environment['KUBERNETES_SERVICE_HOST']);
  }

  readonly get = <Slice extends object>(config: ConfigClass<Slice>): Slice => {
    const known = this.slices.get(config);
    if (known) return known as Slice;
    const values = Object.fromEntries(Object.entries(config.fields).map(([name, field]) => [name, field.read(this)]));
    const slice = Object.freeze(new config(values as never));
    this.slices.set(config, slice);
    this.problems.push(...config.check(slice as never));
    return slice;
  };

  textOf(variable: AnyVariable): string | undefined {
    return this.find(variable)?.text;
  }

  reject({ name, allowed }: AnyVariable): void {
    this.problems.push(`${name} must be ${allowed}`);
  }

  find({ name, aliases, isSecret }: AnyVariable): { text: string; source: string } | undefined {
    for (const source of [name, ...aliases]) {
      const text = this.environment[source]?.trim();
      if (text) return { text, source };
      const file = isSecret && this.environment[`${source}_FILE`]?.trim();
      const content = file && this.contentOf(file, `${source}_FILE`);
      if (file) return content ? { text: content, source: `${source}_FILE` } : undefined;
    }
    return undefined;
  }

  /** The text in a file, as container engines hand out secrets. */
  private contentOf(file: string, variable: string): string | undefined {
    try {
      return readFileSync(file, 'utf8').trim() || undefined;
    } catch {
      this.problems.push(`${variable} must be the name of a file that this process can read`);
      return undefined;
    }
  }
}
