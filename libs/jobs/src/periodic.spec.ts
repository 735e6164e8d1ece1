import { firstDelay, nextDelay, withJitter } from './periodic.js';

const job = { name: 'clean-up', timeoutMs: 1_000 };

describe('The delays of a periodic job', () => {
  it('begin after the period, half a minute at most, unless told otherwise', () => {
    expect(firstDelay({ ...job, runs: 'once', everyMs: 5_000 })).toBe(5_000);
    expect(firstDelay({ ...job, runs: 'everywhere', everyMs: 86_400_000 })).toBe(30_000);
    expect(firstDelay({ ...job, runs: 'everywhere', everyMs: 86_400_000, startAfterMs: 0 })).toBe(0);
  });

  it('are the period for every process, and a fraction of it to ask whether a shared job is due', () => {
    expect(nextDelay({ ...job, runs: 'everywhere', everyMs: 86_400_000 })).toBe(86_400_000);
    expect(nextDelay({ ...job, runs: 'once', everyMs: 60_000 })).toBe(15_000);
    expect(nextDelay({ ...job, runs: 'once', everyMs: 86_400_000 })).toBe(30_000);
  });

  it('are spread by a tenth, five seconds at most, and never shortened', () => {
    expect([withJitter(1_000, () => 0), withJitter(1_000, () => 1)]).toEqual([1_000, 1_100]);
    expect(withJitter(3_600_000, () => 1)).toBe(3_605_000);
  });
});
