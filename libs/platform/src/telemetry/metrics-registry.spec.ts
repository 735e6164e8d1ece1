import { describe, expect, it } from '@jest/globals';
import { type MetricName, MetricsRegistry } from './metrics-registry.js';

const registry = () => new MetricsRegistry({ version: '1.2.3', channel: 'dev', commit: 'abc' });

describe('MetricsRegistry', () => {
  it('tells what runs, and how the process is', async () => {
    const text = await registry().render();
    expect(text).toContain('kubarr_build_info{version="1.2.3",channel="dev",commit="abc"} 1');
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
  });

  it('keeps the figures of two applications apart', async () => {
    const [one, other] = [registry(), registry()];
    one.counter({ name: 'kubarr_test_runs_total', help: 'Runs.' }).inc();
    expect(await one.render()).toContain('kubarr_test_runs_total 1');
    expect(await other.render()).not.toContain('kubarr_test_runs_total');
  });

  it('returns the first metric for a second registration of its name', () => {
    const metrics = registry();
    const options = { name: 'kubarr_test_runs_total', help: 'Runs.', labels: ['outcome'] } as const;
    expect(metrics.counter(options)).toBe(metrics.counter(options));
  });

  it('collects current values at each scrape', async () => {
    const metrics = registry();
    metrics.gauge({ name: 'kubarr_test_entries', help: 'Entries.', collect: (gauge) => gauge.set(7) });
    expect(await metrics.render()).toContain('kubarr_test_entries 7');
  });

  it.each(['kubarr_runs_total_', 'kubarr_Test_total', 'other_test_runs_total', 'kubarr_test_runs'])(
    'refuses a counter called %s',
    (name) => {
      expect(() => registry().counter({ name: name as MetricName, help: 'Runs.' })).toThrow(name);
    },
  );

  it('refuses one name for two kinds of metric', () => {
    const metrics = registry();
    metrics.histogram({ name: 'kubarr_test_wait_seconds', help: 'Wait.', buckets: [1] });
    expect(() => metrics.gauge({ name: 'kubarr_test_wait_seconds', help: 'Wait.' })).toThrow('Gauge');
  });
});
