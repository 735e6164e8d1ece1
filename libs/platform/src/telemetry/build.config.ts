import { choice, computed, defineConfig, text } from '../config/index.js';
import { productPackage } from './product-package.js';

export class BuildConfig extends defineConfig({
  /** From package.json. */
  version: computed(() => productPackage().version),
  channel: choice('CHANNEL', {
    choices: ['dev', 'release', 'stable'],
    default: 'dev',
    purpose: 'Release channel shown by /api/system/version.',
  }),
  commit: text('COMMIT_HASH', { default: 'unknown', purpose: 'Commit shown by /api/system/version.' }),
  builtAt: text('BUILD_TIME', { default: 'unknown', purpose: 'Build time shown by /api/system/version.' }),
}) {}
