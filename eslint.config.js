import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** The path name of a URL has spaces and umlauts escaped: no such file. A URL in a variable would hide the mistake. */
const URL_AS_PATH = {
  selector:
    ":matches(MemberExpression[property.name='pathname'], VariableDeclarator) > NewExpression[callee.name='URL']:has(MetaProperty), MemberExpression[property.name='pathname'] > MetaProperty",
  message: 'Make a path of a URL with fileURLToPath.',
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            { name: '@nestjs/swagger', allowTypeImports: true, message: 'Import from @kubarr/platform/openapi.' },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only libs/platform/src/config reads the environment.',
        },
        {
          selector:
            "*[typeAnnotation.typeAnnotation.typeName.name='SignedIn'] ~ *[typeAnnotation.typeAnnotation.typeName.name='Actor']",
          message: 'The actor comes before the caller.',
        },
        URL_AS_PATH,
      ],
    },
  },
  {
    files: ['libs/platform/src/config/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', '**/*.spec.ts', 'migrations/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', URL_AS_PATH] },
  },
  {
    files: ['**/*.spec.ts'],
    rules: {
      // Loops that ask again a number of times fail when the machine is busy; loops without an end hang.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(WhileStatement, DoWhileStatement) > .test AwaitExpression, ForStatement[test=null]:has(CallExpression[callee.name=/^(delay|setTimeout)$/])',
          message: 'Wait with test/support/reaches.ts.',
        },
        URL_AS_PATH,
      ],
    },
  },
  {
    files: ['apps/server/src/cli/**/*.ts', 'apps/server/src/main.ts', 'bench/**/*.ts', 'bin/*.js'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off', // bodies of answers
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    rules: { 'no-restricted-syntax': ['error', URL_AS_PATH] },
    languageOptions: {
      globals: {
        Buffer: 'readonly',
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        module: 'writable',
      },
    },
  },
  {
    files: ['apps/server/src/pages/assets/**/*.js'],
    languageOptions: {
      globals: { document: 'readonly', window: 'readonly', location: 'readonly', history: 'readonly' },
    },
  },
  prettier,
);
