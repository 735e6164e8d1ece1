import { defineConfig, path } from '@kubarr/platform/config';

export class PagesConfig extends defineConfig({
  webDir: path('KUBARR_WEB_DIR', {
    of: 'directory',
    defaultText: 'none: the built-in pages',
    purpose: 'Built web client to serve.',
  }),
}) {}
