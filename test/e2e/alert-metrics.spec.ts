import { parse } from 'yaml';
import { TestApplication } from '../support/application.js';
import { filesBelow, read } from '../support/sources.js';

/**
 * Metrics of others that alerts and dashboards read: the default queries of CloudNativePG's exporter, its Barman plugin,
 * and the kubelet. Prometheus itself keeps `up`.
 */
const OF_OTHERS = [
  'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp',
  'cnpg_backends_total',
  'cnpg_collector_up',
  'cnpg_pg_database_size_bytes',
  'cnpg_pg_replication_lag',
  'cnpg_pg_settings_setting',
  'cnpg_pg_stat_archiver_archived_count',
  'cnpg_pg_stat_archiver_failed_count',
  'cnpg_pg_stat_archiver_last_archived_time',
  'cnpg_pg_stat_archiver_last_failed_time',
  'cnpg_pg_stat_database_xact_commit',
  'cnpg_pg_stat_database_xact_rollback',
  'kubelet_volume_stats_available_bytes',
  'kubelet_volume_stats_capacity_bytes',
];

/** Words of PromQL that are not metrics; those with an underscore only. */
const FUNCTIONS = ['histogram_quantile', 'label_replace', 'label_values', 'min_over_time', 'group_left'];

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}
interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: string }[] };
}

const rules = filesBelow('charts/kubarr/alerts').flatMap((path) =>
  (parse(read(path)) as Rules).groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
);
const dashboards = filesBelow('charts/kubarr/dashboards').flatMap((path) => {
  const { panels, templating } = JSON.parse(read(path)) as Dashboard;
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...templating.list.filter(({ type }) => type === 'query').map(({ query }) => query),
  ];
});

/** Names of the metrics in an expression: what is left without texts, labels and functions. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\b(by|on|without|ignoring)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/\b[a-z]+(_[a-z0-9]+)+\b/g)]
    .map(([name]) => name)
    .filter((name) => !FUNCTIONS.includes(name));
}

describe('Alerts and dashboards', () => {
  let kubarr: TestApplication;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
  });
  afterAll(() => kubarr.close());

  it('name only metrics that this server shows, or that are known of others', async () => {
    await kubarr.browser().get('/api/health');
    const { text } = await kubarr.browser().get('/metrics');
    const shown = new Set(
      [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', kind]) =>
        kind === 'histogram' ? ['_bucket', '_count', '_sum'].map((ending) => name + ending) : [name],
      ),
    );
    const used = [...new Set([...rules, ...dashboards].flatMap(metricsIn))].sort();
    expect(used.filter((name) => name.startsWith('kubarr_')).length).toBeGreaterThan(8);
    expect(used.filter((name) => !shown.has(name) && !OF_OTHERS.includes(name))).toEqual([]);
    expect(OF_OTHERS.filter((name) => !used.includes(name))).toEqual([]);
  });

  it('name only labels that these metrics have', async () => {
    await kubarr.browser().get('/api/health');
    const { text } = await kubarr.browser().get('/metrics');
    const labelsOf = (metric: string): string[] =>
      [...text.matchAll(new RegExp(`^${metric}\\{([^}]*)\\}`, 'gm'))].flatMap(([, labels = '']) =>
        [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
      );
    // Prometheus adds these; what the program calls job becomes exported_job beside its own.
    const added = ['namespace', 'pod', 'exported_job'];
    for (const expression of [...rules, ...dashboards])
      for (const [, metric = '', matchers = ''] of expression.matchAll(/\b(kubarr_\w+)\{([^}]*)\}/g))
        for (const [, label = ''] of matchers.matchAll(/(\w+)(=|!=|=~|!~)"/g))
          expect({ metric, label, known: [...labelsOf(metric), ...added] }).toMatchObject({
            known: expect.arrayContaining([label]),
          });
  });
});
