import { explainVariables, InvalidEnvironment } from '@kubarr/platform/config';
import { VARIABLES } from '../areas.js';
import { loadServerConfig } from '../server-config.js';
import { printTable } from './print-table.js';

/**
 * Prints every environment variable with the value in effect; secrets are hidden. Also when the environment is invalid.
 *
 * @returns Exit code 1 when the server would not start with this environment; the reasons are printed.
 */
export function printConfig(environment: NodeJS.ProcessEnv | undefined = undefined): 0 | 1 {
  const states = explainVariables(VARIABLES, environment);
  printTable(
    ['VARIABLE', 'VALUE', 'FROM', 'ALLOWED', 'PURPOSE'],
    states.map(({ variable: { name, allowed, purpose }, value, source }) => [name, value, source, allowed, purpose]),
  );
  try {
    loadServerConfig(environment);
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    console.error(`\n${error.message}`);
    return 1;
  }
}
