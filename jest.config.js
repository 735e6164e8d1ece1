import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Needs NODE_OPTIONS=--experimental-vm-modules (the npm scripts set it): everything here is ES modules. */
const swc = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
  swcrc: false,
};

const base = {
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', swc],
  },
  moduleNameMapper: {
    '^@kubarr/platform/([^/]+)$': '<rootDir>/libs/platform/src/$1/index.ts',
    '^@kubarr/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  setupFiles: ['<rootDir>/test/support/setup.ts'],
};
const withDatabase = {
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

export default {
  // Half the cores, and never fewer than two workers: a good part of a test waits for PostgreSQL.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  testTimeout: 60_000,
  // With --coverage; entities, data classes and wiring count too: their decorators run. Not V8's own coverage, which takes
  // two and a half times as long: after each file a worker reports every script that it ever loaded.
  coverageProvider: 'babel',
  coverageReporters: [fileURLToPath(new URL('test/support/coverage-report.cjs', import.meta.url))],
  collectCoverageFrom: ['{apps,libs}/**/*.ts', '!**/*.spec.ts'],
  projects: [
    {
      ...base,
      displayName: 'small',
      roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/migrations', '<rootDir>/test/code', '<rootDir>/bin'],
      testRegex: '(?<!\\.(db|disk|slow))\\.spec\\.ts$',
    },
    {
      ...base,
      ...withDatabase,
      displayName: 'medium',
      roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/migrations', '<rootDir>/test/code'],
      testRegex: '\\.db\\.spec\\.ts$',
    },
    { ...base, displayName: 'disk', roots: ['<rootDir>/libs'], testRegex: '\\.disk\\.spec\\.ts$' },
    {
      ...base,
      ...withDatabase,
      displayName: 'e2e',
      roots: ['<rootDir>/test/e2e'],
      testRegex: '(?<!\\.slow)\\.spec\\.ts$',
    },
    {
      ...base,
      ...withDatabase,
      displayName: 'slow',
      roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test/e2e'],
      testRegex: '\\.slow\\.spec\\.ts$',
    },
    { ...base, displayName: 'charts', roots: ['<rootDir>/test/charts'], testRegex: '\\.spec\\.ts$' },
    { ...base, displayName: 'kube', roots: ['<rootDir>/test/kube'], testRegex: '\\.spec\\.ts$' },
    { ...base, ...withDatabase, displayName: 'process', roots: ['<rootDir>/test/process'], testRegex: '\\.spec\\.ts$' },
  ],
};
