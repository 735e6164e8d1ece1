import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describeWith, PROMTOOL, run } from '../support/cluster-tools.js';
import { filesBelow, read, ROOT } from '../support/sources.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const RULES = ['charts/kubarr/alerts/kubarr.yaml', 'charts/kubarr/alerts/database.yaml'];
const alerts = RULES.flatMap((path) =>
  (parse(read(path)) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules),
);

/** Series in the notation of promtool, a value a minute, and what must be the case after some minutes. */
interface Scenario {
  readonly series: Record<string, string>;
  /** Minutes from the start. */
  readonly after: number;
}

const pod = 'namespace="kubarr",pod="kubarr-1"';
const build = { [`kubarr_build_info{${pod}}`]: '1x600' };
const requests = (status: number): string =>
  `kubarr_http_request_duration_seconds_count{${pod},route="/api/x",status="${status}"}`;
const bucket = (le: string): string =>
  `kubarr_http_request_duration_seconds_bucket{${pod},route="/api/x",status="200",le="${le}"}`;
const runs = (outcome: string): string =>
  `kubarr_job_runs_total{${pod},exported_job="audit-seals",outcome="${outcome}"}`;
const volume = (claim: string, available: number): Record<string, string> => ({
  [`kubelet_volume_stats_available_bytes{namespace="kubarr",persistentvolumeclaim="${claim}"}`]: `${available}x600`,
  [`kubelet_volume_stats_capacity_bytes{namespace="kubarr",persistentvolumeclaim="${claim}"}`]: '100x600',
});
const server = 'namespace="kubarr",pod="kubarr-db-1"';

/** For each alert: what must raise it, and what looks alike and must not. */
const SCENARIOS: Record<string, { raised: Scenario; quiet: Scenario }> = {
  KubarrAbsent: {
    raised: { series: { up: '0x30' }, after: 11 },
    quiet: { series: { [`kubarr_build_info{${pod}}`]: '1 _x5 1x30' }, after: 9 },
  },
  KubarrDatabaseAway: {
    raised: { series: { [`kubarr_database_up{${pod}}`]: '1x5 0x20' }, after: 12 },
    // One replica of two still has it.
    quiet: {
      series: {
        [`kubarr_database_up{${pod}}`]: '0x30',
        [`kubarr_database_up{namespace="kubarr",pod="kubarr-2"}`]: '1x30',
      },
      after: 20,
    },
  },
  KubarrUnwell: {
    raised: { series: { [`kubarr_health_check_up{${pod},check="storage",critical="false"}`]: '0x30' }, after: 11 },
    quiet: { series: { [`kubarr_health_check_up{${pod},check="storage",critical="false"}`]: '0x8 1x20' }, after: 15 },
  },
  KubarrErrors: {
    raised: { series: { [requests(200)]: '0+10x60', [requests(500)]: '0+2x60' }, after: 30 },
    // An outage of the database is not an error of Kubarr, and one fault a day raises no alert.
    quiet: {
      series: { [requests(200)]: '0+1x60', [requests(503)]: '0+50x60', [requests(500)]: '0x20 1x60' },
      after: 30,
    },
  },
  KubarrSlow: {
    raised: {
      series: {
        [bucket('2')]: '0+1x90',
        [bucket('10')]: '0+9x90',
        [bucket('+Inf')]: '0+10x90',
        [requests(200)]: '0+10x90',
      },
      after: 60,
    },
    quiet: {
      series: {
        [bucket('0.1')]: '0+10x90',
        [bucket('2')]: '0+10x90',
        [bucket('+Inf')]: '0+10x90',
        [requests(200)]: '0+10x90',
      },
      after: 60,
    },
  },
  KubarrPoolExhausted: {
    raised: { series: { [`kubarr_database_pool_connections{${pod},state="waiting"}`]: '3x30' }, after: 15 },
    quiet: {
      series: { [`kubarr_database_pool_connections{${pod},state="waiting"}`]: '3x4 0 3x4 0 3x4 0 3x10' },
      after: 15,
    },
  },
  KubarrDatabaseErrors: {
    raised: {
      series: { [`kubarr_database_query_duration_seconds_count{${pod},outcome="error"}`]: '0+5x90' },
      after: 60,
    },
    quiet: {
      series: { [`kubarr_database_query_duration_seconds_count{${pod},outcome="error"}`]: '0+1x10 10x80' },
      after: 60,
    },
  },
  KubarrJobFailing: {
    raised: { series: { [runs('failed')]: '0x60 1x60 2x60 3x60 4x60', [runs('succeeded')]: '5x300' }, after: 280 },
    // The job failed during an outage and succeeds again.
    quiet: { series: { [runs('failed')]: '0x60 1x60 2x60 3x60 4x60', [runs('succeeded')]: '5x250 6x50' }, after: 280 },
  },
  KubarrRestarting: {
    raised: { series: { ...build, [`process_start_time_seconds{${pod}}`]: '1x10 2x10 3x10 4x60' }, after: 45 },
    quiet: {
      series: {
        ...build,
        [`process_start_time_seconds{${pod}}`]: '1x10 2x60',
        'process_start_time_seconds{namespace="other",pod="other"}': '1x10 2x10 3x10 4x60',
      },
      after: 45,
    },
  },
  KubarrStuck: {
    raised: { series: { ...build, [`nodejs_eventloop_lag_p99_seconds{${pod}}`]: '1.5x30' }, after: 15 },
    quiet: { series: { ...build, [`nodejs_eventloop_lag_p99_seconds{${pod}}`]: '0.2x30' }, after: 15 },
  },
  KubarrVolumeFull: {
    raised: { series: volume('kubarr-data', 5), after: 20 },
    // Those of a Cluster have alerts of their own, also after a recovery.
    quiet: {
      series: {
        ...volume('kubarr-data', 50),
        ...volume('jellyfin-config', 5),
        ...volume('kubarr-db-1', 5),
        ...volume('kubarr-db-2-1', 5),
        ...volume('kubarr-db-2-1-wal', 5),
      },
      after: 20,
    },
  },
  KubarrDatabaseInstanceDown: {
    raised: { series: { [`cnpg_collector_up{${server}}`]: '0x30' }, after: 6 },
    quiet: { series: { [`cnpg_collector_up{${server}}`]: '0x3 1x30' }, after: 6 },
  },
  KubarrDatabaseArchiveFailing: {
    raised: {
      series: {
        [`cnpg_pg_stat_archiver_last_failed_time{${server}}`]: '2000x30',
        [`cnpg_pg_stat_archiver_last_archived_time{${server}}`]: '1000x30',
      },
      after: 6,
    },
    quiet: {
      series: {
        [`cnpg_pg_stat_archiver_last_failed_time{${server}}`]: '-1x30',
        [`cnpg_pg_stat_archiver_last_archived_time{${server}}`]: '1000x30',
      },
      after: 6,
    },
  },
  KubarrDatabaseWalVolumeFull: {
    raised: { series: volume('kubarr-db-1-wal', 20), after: 6 },
    quiet: { series: { ...volume('kubarr-db-1-wal', 40), ...volume('kubarr-db-1', 20) }, after: 6 },
  },
  KubarrDatabaseVolumeFull: {
    raised: { series: volume('kubarr-db-2-1', 10), after: 6 },
    quiet: { series: { ...volume('kubarr-db-1', 20), ...volume('kubarr-data', 14) }, after: 6 },
  },
  KubarrDatabaseConnections: {
    raised: {
      series: {
        [`cnpg_backends_total{${server},state="idle"}`]: '30x30',
        [`cnpg_backends_total{${server},state="active"}`]: '5x30',
        [`cnpg_pg_settings_setting{${server},name="max_connections"}`]: '40x30',
      },
      after: 6,
    },
    quiet: {
      series: {
        [`cnpg_backends_total{${server},state="idle"}`]: '20x30',
        [`cnpg_pg_settings_setting{${server},name="max_connections"}`]: '40x30',
        [`cnpg_pg_settings_setting{${server},name="max_wal_senders"}`]: '10x30',
      },
      after: 6,
    },
  },
  KubarrDatabaseReplicationLag: {
    raised: { series: { [`cnpg_pg_replication_lag{${server}}`]: '400x30' }, after: 6 },
    quiet: { series: { [`cnpg_pg_replication_lag{${server}}`]: '400x3 10x30' }, after: 6 },
  },
  KubarrDatabaseBackupOld: {
    // The time of a rule test starts at 0, so a backup nine days before that is negative.
    raised: {
      series: { [`barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${server}}`]: '-777600x90' },
      after: 61,
    },
    quiet: {
      series: {
        [`barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${server}}`]: '-777600x90',
        'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace="kubarr",pod="kubarr-db-2"}': '0x90',
      },
      after: 61,
    },
  },
};

describe('The alerts', () => {
  it.each(alerts.map((rule) => [rule.alert, rule] as const))(
    '%s has a runbook, a severity, and words for people',
    (alert, rule) => {
      const page = read(`docs/runbooks/${alert}.md`);
      for (const part of ['Meaning', 'Impact', 'Diagnosis', 'Mitigation']) expect(page).toContain(`## ${part}\n`);
      expect(['critical', 'warning']).toContain(rule.labels.severity);
      expect(rule.annotations.summary.length).toBeGreaterThan(10);
      expect(rule.annotations.description).toMatch(/\.$/);
      expect(read('docs/runbooks/README.md')).toContain(`${alert}.md`);
      expect(SCENARIOS).toHaveProperty(alert);
    },
  );

  it('have no runbook too many', () => {
    const pages = filesBelow('docs/runbooks').map((path) => path.slice('docs/runbooks/'.length, -'.md'.length));
    expect(pages.filter((name) => name !== 'README').sort()).toEqual(alerts.map(({ alert }) => alert).sort());
    expect(Object.keys(SCENARIOS).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });
});

describeWith({ promtool: PROMTOOL })('The alerts, as Prometheus reads them,', () => {
  it('are valid', () => {
    expect(run(PROMTOOL ?? '', ['check', 'rules', ...RULES])).toMatchObject({ code: 0 });
  });

  it('rise when they should, and stay quiet when something only looks alike', () => {
    const tests = Object.entries(SCENARIOS).flatMap(([alert, scenarios]) =>
      (['raised', 'quiet'] as const).map((kind) => ({
        name: `${alert} ${kind}`,
        interval: '1m',
        input_series: Object.entries(scenarios[kind].series).map(([series, values]) => ({ series, values })),
        promql_expr_test: [
          {
            expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
            eval_time: `${scenarios[kind].after}m`,
            exp_samples: [{ labels: '{}', value: kind === 'raised' ? 1 : 0 }],
          },
        ],
      })),
    );
    const folder = mkdtempSync(join(tmpdir(), 'kubarr-alerts-'));
    try {
      const file = join(folder, 'test.yaml');
      const rule_files = RULES.map((path) => join(ROOT, path));
      writeFileSync(file, stringify({ rule_files, evaluation_interval: '1m', tests }));
      const { code, output, errors } = run(PROMTOOL ?? '', ['test', 'rules', file]);
      expect([code, code === 0 ? '' : output + errors]).toEqual([0, '']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
