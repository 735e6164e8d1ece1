export { ConfigModule } from './config.module.js';
export { configurationTable } from './configuration-table.js';
export { defineConfig, variablesOf } from './define-config.js';
export { Config, explainVariables, InvalidEnvironment, loadConfig, type VariableState } from './load-config.js';
export { type AnyVariable, type ConfigClass, type Environment, type Variable } from './variable.js';
export {
  addresses,
  bytes,
  choice,
  computed,
  days,
  flag,
  integer,
  milliseconds,
  origin,
  parsed,
  path,
  text,
} from './variables.js';
