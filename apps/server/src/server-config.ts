import { type Config, loadConfig } from '@kubarr/platform/config';
import { CONFIGS } from './areas.js';

/**
 * The configuration of the whole server.
 *
 * @throws InvalidEnvironment
 */
export function loadServerConfig(
  environment?: Readonly<Record<string, string | undefined>>,
  workingDirectory?: string,
): Config {
  return loadConfig(CONFIGS, environment, workingDirectory);
}
