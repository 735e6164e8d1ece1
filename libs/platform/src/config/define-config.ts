import { type AnyVariable, type ConfigClass, type ConfigFields, type ConfigField, Variable } from './variable.js';

type Values<Declared extends object> = {
  readonly [Name in keyof Declared]: Declared[Name] extends ConfigField<infer Value> ? Value : never;
};

interface DefinedConfig<Slice extends object> {
  new (values: Slice): Slice;
  readonly fields: ConfigFields;
  check(values: Slice): readonly string[];
}

/**
 * The environment variables of one area, each in one declaration:
 * `export class AuditConfig extends defineConfig({ retentionDays: days('KUBARR_AUDIT_RETENTION_DAYS', { … }) }) {}`.
 *
 * `Declared` has no tighter bound, because it would widen the types of the values.
 *
 * @param check Checks together what is valid one by one; returns sentences that name the variables, never values.
 */
export function defineConfig<Declared extends object>(
  fields: Declared,
  check: (values: Values<Declared>) => readonly string[] = () => [],
): DefinedConfig<Values<Declared>> {
  return class {
    static readonly fields = fields as ConfigFields;
    static readonly check = check;

    constructor(values: Values<Declared>) {
      Object.assign(this, values);
    }
  } as unknown as DefinedConfig<Values<Declared>>;
}

/** The variables of some configuration classes, in the order of their declaration. */
export const variablesOf = (configs: readonly ConfigClass<object>[]): AnyVariable[] =>
  configs
    .flatMap(({ fields }) => Object.values(fields))
    .filter((field): field is AnyVariable => field instanceof Variable);
