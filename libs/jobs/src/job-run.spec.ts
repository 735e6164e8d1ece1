import { jest } from '@jest/globals';
import { KubarrError } from '@kubarr/platform/errors';
import { failureText } from './failure-text.js';
import { startRun } from './job-run.js';

class MediaGone extends KubarrError {
  readonly code = 'test.media-gone';
  readonly kind = 'unavailable';
}

describe('A run of a job', () => {
  let stopping: AbortController;
  beforeEach(() => {
    jest.useFakeTimers();
    stopping = new AbortController();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('succeeds when the method does, and leaves no timer', async () => {
    const run = startRun(() => Promise.resolve(), 1_000, stopping.signal);
    expect(await run.result).toEqual({ outcome: 'succeeded' });
    expect(run.hasEnded()).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each([
    ['rejects', () => Promise.reject(new MediaGone('The disk is gone.'))],
    [
      'throws',
      () => {
        throw new MediaGone('The disk is gone.');
      },
    ],
  ])('fails when the method %s', async (_, method) => {
    const result = await startRun(method, 1_000, stopping.signal).result;
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'test.media-gone' } });
  });

  it('fails when the time is over, tells the method, and knows that it still runs', async () => {
    let wasTold = false;
    let finish: () => void = () => undefined;
    const method = (signal: AbortSignal): Promise<void> => {
      signal.addEventListener('abort', () => (wasTold = true));
      return new Promise((resolve) => (finish = resolve));
    };
    const run = startRun(method, 1_000, stopping.signal);
    await jest.advanceTimersByTimeAsync(999);
    expect(wasTold).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    const result = await run.result;
    expect(result.outcome === 'failed' && failureText(result.error)).toBe('It took longer than 1000 ms.');
    expect([wasTold, run.hasEnded()]).toEqual([true, false]);
    finish();
    await run.end;
    expect(run.hasEnded()).toBe(true);
  });

  it.each([
    ['ends early', (resolve: () => void) => resolve()],
    ['gives up', (_: () => void, reject: (error: Error) => void) => reject(new Error('aborted'))],
    ['does not listen', () => undefined],
  ])('counts as stopped when the process stops and the method %s', async (_, react) => {
    const method = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => signal.addEventListener('abort', () => react(resolve, reject)));
    const run = startRun(method, 1_000, stopping.signal);
    stopping.abort();
    expect(await run.result).toEqual({ outcome: 'stopped' });
  });
});

describe('The text of a failure', () => {
  it('repeats our own errors and hides what others say', () => {
    expect(failureText(new MediaGone('The disk is gone.'))).toBe('The disk is gone.');
    expect(failureText(new TypeError('ann@example.org is odd'))).toBe(
      'It failed with TypeError; the log of the server tells more.',
    );
  });
});
