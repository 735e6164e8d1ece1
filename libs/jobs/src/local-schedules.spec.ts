import { jest } from '@jest/globals';
import { KubarrError } from '@kubarr/platform/errors';
import { MetricsRegistry, silentLog } from '@kubarr/platform/telemetry';
import { failureText } from './failure-text.js';
import { JobMetrics } from './job-metrics.js';
import { LocalSchedules } from './local-schedules.js';
import { type ScheduledMethod } from './schedule.js';

class MediaGone extends KubarrError {
  readonly code = 'test.media-gone';
  readonly kind = 'unavailable';
}

describe('LocalSchedules', () => {
  let metrics: MetricsRegistry;
  let schedules: LocalSchedules;
  const add = (method: ScheduledMethod): void =>
    schedules.add({ name: 'flush', scope: 'local', everyMs: 1_000, timeoutMs: 1_000 }, method);
  const status = () => schedules.list()[0];

  beforeEach(() => {
    jest.useFakeTimers();
    metrics = new MetricsRegistry({ version: '1', channel: 'dev', commit: 'abc' });
    schedules = new LocalSchedules(new JobMetrics(metrics), silentLog());
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('shows and counts a run that succeeded', async () => {
    add(() => Promise.resolve());
    expect(status()).toMatchObject({ scope: 'local', lastOutcome: null, lastFinishedAt: null });
    await schedules.run('flush');
    expect(status()).toMatchObject({ isRunning: false, lastOutcome: 'succeeded', lastError: null });
    expect(await metrics.render()).toContain('kubarr_job_runs_total{job="flush",outcome="succeeded"} 1');
  });

  it.each([
    ['rejects', () => Promise.reject(new MediaGone('The disk is gone.'))],
    [
      'throws',
      () => {
        throw new MediaGone('The disk is gone.');
      },
    ],
  ])('shows why a method failed that %s', async (_, method) => {
    add(method);
    await schedules.run('flush');
    expect(status()).toMatchObject({ lastOutcome: 'failed', lastError: 'The disk is gone.' });
  });

  it('fails when the time is over, and does not run again while the method ignores its signal', async () => {
    let [runs, wasAborted] = [0, false];
    let finish: () => void = () => undefined;
    add((signal) => {
      runs++;
      signal.addEventListener('abort', () => (wasAborted = true));
      return new Promise((resolve) => (finish = resolve));
    });
    const run = schedules.run('flush');
    await jest.advanceTimersByTimeAsync(999);
    expect(wasAborted).toBe(false);
    await jest.advanceTimersByTimeAsync(5_001);
    await run;
    expect([wasAborted, status()]).toEqual([
      true,
      expect.objectContaining({ isRunning: true, lastError: 'It took longer than 1 seconds.' }),
    ]);
    await schedules.run('flush');
    expect(runs).toBe(1);
    finish();
    await jest.advanceTimersByTimeAsync(0);
    void schedules.run('flush');
    expect(runs).toBe(2);
    finish();
  });

  it('waits for a running method when the process stops, and runs nothing afterwards', async () => {
    let [runs, finish] = [0, () => undefined as void];
    add(() => {
      runs++;
      return new Promise((resolve) => (finish = resolve));
    });
    void schedules.run('flush');
    let hasStopped = false;
    const stopped = schedules.onModuleDestroy().then(() => (hasStopped = true));
    await jest.advanceTimersByTimeAsync(100);
    expect(hasStopped).toBe(false);
    finish();
    await jest.advanceTimersByTimeAsync(0);
    await stopped;
    await schedules.run('flush');
    expect([runs, status()?.lastOutcome]).toEqual([1, null]);
  });
});

describe('failureText', () => {
  it('repeats our own errors and hides the text of others', () => {
    expect(failureText(new MediaGone('The disk is gone.'))).toBe('The disk is gone.');
    expect(failureText(new TypeError('ann@example.org is odd'))).toBe(
      'It failed with TypeError; the server’s log has the details.',
    );
  });
});
