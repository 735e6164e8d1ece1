import { readFileSync } from 'node:fs';
import { choice, computed, defineConfig, text } from '../config/index.js';

export class BuildConfig extends defineConfig({
  /** From package.json. */
  version: computed(() => productVersion(new URL(import.meta.url))),
  channel: choice('CHANNEL', {
    choices: ['dev', 'release', 'stable'],
    default: 'dev',
    purpose: 'Release channel shown by /api/system/version.',
  }),
  commit: text('COMMIT_HASH', { default: 'unknown', purpose: 'Commit shown by /api/system/version.' }),
  builtAt: text('BUILD_TIME', { default: 'unknown', purpose: 'Build time shown by /api/system/version.' }),
}) {}

/** The version in the nearest package.json of the product above `from`, be that the compiled or the source tree. */
function productVersion(from: URL): string {
  for (let directory = new URL('.', from); ; directory = new URL('..', directory)) {
    try {
      const manifest = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === 'kubarr' && manifest.version) return manifest.version;
    } catch {
      // not in this folder: look one higher
    }
    if (new URL('..', directory).href === directory.href) return 'unknown';
  }
}
