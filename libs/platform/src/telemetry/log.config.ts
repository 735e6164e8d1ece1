import { choice, defineConfig } from '../config/index.js';

export class LogConfig extends defineConfig({
  level: choice('KUBARR_LOG_LEVEL', {
    choices: ['trace', 'debug', 'info', 'warn', 'error'],
    default: 'info',
    purpose: 'Lowest level that is logged.',
  }),
  format: choice('KUBARR_LOG_FORMAT', {
    choices: ['auto', 'json', 'pretty'],
    default: 'auto',
    purpose: 'auto is pretty on a terminal and JSON elsewhere.',
  }),
}) {}
