/** Needs NODE_OPTIONS=--experimental-vm-modules (the npm scripts set it): everything here is ES modules. */
const swc = (moduleType) => ({
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: moduleType },
  sourceMaps: 'inline',
  swcrc: false,
});

// Jest on Node 20 cannot require() an ES module: the ones that a CommonJS dependency requires are compiled here.
const esModulesRequiredByCommonJs = ['content-disposition', 'cookie'].join('|');

const base = {
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', swc('es6')],
    [`node_modules/(${esModulesRequiredByCommonJs})/.+\\.js$`]: ['@swc/jest', swc('commonjs')],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesRequiredByCommonJs})/)`],
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
  maxWorkers: 2,
  testTimeout: 60_000,
  projects: [
    {
      ...base,
      displayName: 'small',
      roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/migrations', '<rootDir>/test/code', '<rootDir>/bin'],
      testRegex: '(?<!\\.db)\\.spec\\.ts$',
    },
    {
      ...base,
      ...withDatabase,
      displayName: 'medium',
      roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/migrations', '<rootDir>/test/code'],
      testRegex: '\\.db\\.spec\\.ts$',
    },
    { ...base, ...withDatabase, displayName: 'e2e', roots: ['<rootDir>/test/e2e'], testRegex: '\\.spec\\.ts$' },
    { ...base, displayName: 'charts', roots: ['<rootDir>/test/charts'], testRegex: '\\.spec\\.ts$' },
    { ...base, displayName: 'kube', roots: ['<rootDir>/test/kube'], testRegex: '\\.spec\\.ts$' },
    { ...base, ...withDatabase, displayName: 'process', roots: ['<rootDir>/test/process'], testRegex: '\\.spec\\.ts$' },
  ],
};
