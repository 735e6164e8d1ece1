import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, path } from '../config/index.js';

export class StateConfig extends defineConfig({
  directory: path('KUBARR_STATE_DIR', {
    of: 'directory',
    default: ({ workingDirectory }) => resolve(workingDirectory, defaultDirectory()),
    defaultText: '.kubarr in the current folder; /var/lib/kubarr under root',
    purpose: 'Where the secret key and the embedded database live.',
  }),
}) {}

function defaultDirectory(): string {
  if (process.getuid?.() !== 0) return '.kubarr';
  try {
    accessSync('/var/lib', constants.W_OK);
    return '/var/lib/kubarr';
  } catch {
    return '.kubarr'; // root in a container whose system folders are read-only
  }
}
