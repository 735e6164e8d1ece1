import { readFileSync } from 'node:fs';

/** The boundary rules, made from the one table in libs/areas.json. */
const { areas, tools, topics } = JSON.parse(readFileSync(new URL('./libs/areas.json', import.meta.url), 'utf8'));

const areaRules = areas
  .map(({ name, mayImport }) => ({ name, mayImport: Object.keys(mayImport) }))
  .map(({ name, mayImport }) => ({
    name: `area-${name}`,
    comment: `${name} may import ${['access', 'platform', ...mayImport].join(', ')} (libs/areas.json)`,
    severity: 'error',
    from: { path: `^libs/${name}/` },
    to: { path: '^libs/', pathNot: `^libs/(${[name, 'access', 'platform', ...mayImport].join('|')})/` },
  }));

const toolRules = tools.map(({ name }) => ({
  name: `tool-${name}`,
  comment: `${name} may import platform only (libs/areas.json)`,
  severity: 'error',
  from: { path: `^libs/${name}/` },
  to: { path: '^libs/', pathNot: `^libs/(${name}|platform)/` },
}));

const topicRules = topics.map(({ name }, position) => ({
  name: `topic-${name}`,
  comment: `${name} may import only the topics listed before it in libs/areas.json`,
  severity: 'error',
  from: { path: `^libs/platform/src/${name}/` },
  to: {
    path: '^libs/platform/src/',
    pathNot: `^libs/platform/src/(${topics
      .slice(0, position + 1)
      .map((topic) => topic.name)
      .join('|')})/`,
  },
}));

export default {
  forbidden: [
    ...areaRules,
    ...toolRules,
    ...topicRules,
    {
      name: 'platform-knows-no-area',
      severity: 'error',
      from: { path: '^libs/platform/' },
      to: { path: '^libs/(?!platform/)' },
    },
    {
      name: 'nobody-imports-the-app',
      severity: 'error',
      from: { path: '^(libs|migrations)/' },
      to: { path: '^(apps|test|bench)/', pathNot: '^test/support/' },
    },
    {
      name: 'only-tests-import-test-support',
      severity: 'error',
      from: { path: '^(libs|migrations|apps)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'areas-only-through-their-index',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/(?!platform/)[^/]+/src/', pathNot: '^libs/($1/|[^/]+/src/index\\.ts$)' },
    },
    {
      name: 'app-imports-areas-through-their-index',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/(?!platform/)[^/]+/src/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'topics-only-through-their-shelf',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '^libs/platform/|\\.spec\\.ts$' },
      to: { path: '^libs/platform/src/', pathNot: '^libs/platform/src/[^/]+/index\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-development-packages-in-the-product',
      severity: 'error',
      from: { path: '^(libs|apps|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
