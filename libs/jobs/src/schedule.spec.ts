import { nextRun, plan, type Schedule } from './schedule.js';
import { randomSeeded } from '../../../test/support/random-seeded.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (text: string): Date => new Date(text);
const next = (cron: string, after: string, zone: string): string => nextRun({ cron }, at(after), zone).toISOString();

describe('nextRun', () => {
  it.each([
    ['0 3 * * *', '2026-11-27T02:59:59.999Z', 'UTC', '2026-11-27T03:00:00.000Z'],
    ['0 3 * * *', '2026-11-27T03:00:00.000Z', 'UTC', '2026-11-28T03:00:00.000Z'],
    ['0 3 * * *', '2026-11-27T03:00:00.500Z', 'UTC', '2026-11-28T03:00:00.000Z'],
    ['0 3 * * *', '2026-11-27T12:00:00Z', 'Europe/Amsterdam', '2026-11-28T02:00:00.000Z'],
    ['0 3 * * *', '2026-07-27T12:00:00Z', 'Europe/Amsterdam', '2026-07-28T01:00:00.000Z'],
    ['0 3 * * *', '2026-12-31T23:30:00Z', 'Pacific/Kiritimati', '2027-01-01T13:00:00.000Z'],
    ['*/15 * * * *', '2026-11-27T23:50:00Z', 'UTC', '2026-11-28T00:00:00.000Z'],
    ['0 3 * * 0', '2026-11-27T12:00:00Z', 'UTC', '2026-11-29T03:00:00.000Z'],
    ['0 3 * * 7', '2026-11-27T12:00:00Z', 'UTC', '2026-11-29T03:00:00.000Z'],
  ])('of %s after %s in %s is %s', (cron, after, zone, expected) => {
    expect(next(cron, after, zone)).toBe(expected);
  });

  it.each([
    ['0 3 31 * *', '2027-01-31T12:00:00Z', '2027-03-31T03:00:00.000Z'],
    ['0 3 31 * *', '2027-03-31T12:00:00Z', '2027-05-31T03:00:00.000Z'],
    ['0 3 29 2 *', '2026-11-27T12:00:00Z', '2028-02-29T03:00:00.000Z'],
    ['0 0 1 * *', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00.000Z'],
    ['0 3 1 1 *', '2026-11-27T12:00:00Z', '2027-01-01T03:00:00.000Z'],
  ])('of %s after %s leaves out months that are too short: %s', (cron, after, expected) => {
    expect(next(cron, after, 'UTC')).toBe(expected);
  });

  it.each([
    ['Europe/Amsterdam', '2027-03-27T12:00:00Z', '2027-03-28T01:30:00.000Z', '2027-03-29T00:30:00.000Z'],
    ['America/New_York', '2027-03-13T17:00:00Z', '2027-03-14T07:30:00.000Z', '2027-03-15T06:30:00.000Z'],
  ])('of a time that summer time skips in %s is an hour late', (zone, before, first, second) => {
    expect(next('30 2 * * *', before, zone)).toBe(first);
    expect(next('30 2 * * *', first, zone)).toBe(second);
  });

  it.each([
    ['Europe/Amsterdam', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ['America/New_York', '2026-10-31T17:00:00Z', '2026-11-01T06:30:00.000Z', '2026-11-02T07:30:00.000Z'],
  ])('of a time that occurs twice in %s is the first of the two', (zone, before, first, second) => {
    const cron = zone === 'America/New_York' ? '30 1 * * *' : '30 2 * * *';
    expect(next(cron, before, zone)).toBe(zone === 'America/New_York' ? '2026-11-01T05:30:00.000Z' : first);
    expect(next(cron, first, zone)).toBe(zone === 'America/New_York' ? '2026-11-02T06:30:00.000Z' : second);
  });

  it('is not repeated when the clocks are set back after the first of two occurrences', () => {
    expect(next('30 2 * * *', '2026-10-25T01:10:00Z', 'Europe/Amsterdam')).toBe('2026-10-26T01:30:00.000Z');
    expect(next('45 1 * * *', '2027-04-03T15:10:00Z', 'Australia/Lord_Howe')).toBe('2027-04-04T15:15:00.000Z');
  });

  it('of an interval is counted from the given time', () => {
    expect(nextRun({ everyMs: 90_000 }, at('2026-11-27T12:00:00Z'))).toEqual(at('2026-11-27T12:01:30Z'));
  });

  it.each(['', 'daily', '0 25 * * *', '0 3 * *', '60 3 * * *', '0 3 * * * * *'])(
    'refuses the cron text “%s”',
    (cron) => {
      expect(() => nextRun({ cron }, new Date())).toThrow();
    },
  );
});

describe('plan', () => {
  const daily: Schedule = { cron: '0 3 * * *' };
  const hourly: Schedule = { everyMs: HOUR_MS };
  const planUtc = (schedule: Schedule, stored: string | undefined, now: string) => {
    const { isDue, nextRunAt } = plan(schedule, stored === undefined ? undefined : at(stored), at(now), 'UTC');
    return [isDue, nextRunAt.toISOString().slice(0, 16)];
  };

  it('runs an interval at once when it was never planned, a calendar at its time', () => {
    expect(planUtc(hourly, undefined, '2026-11-27T12:00:00Z')).toEqual([true, '2026-11-27T13:00']);
    expect(planUtc(daily, undefined, '2026-11-27T12:00:00Z')).toEqual([false, '2026-11-28T03:00']);
  });

  it('makes one run of all that were missed while nothing ran, or while the clock jumped ahead', () => {
    expect(planUtc(daily, '2026-11-20T03:00:00Z', '2026-11-27T12:00:00Z')).toEqual([true, '2026-11-28T03:00']);
    expect(planUtc(hourly, '2026-11-20T03:00:00Z', '2026-11-27T12:00:00Z')).toEqual([true, '2026-11-27T13:00']);
  });

  it('repeats nothing when the clock is set back by less than a period', () => {
    expect(planUtc(daily, '2026-11-28T03:00:00Z', '2026-11-27T02:30:00Z')).toEqual([false, '2026-11-28T03:00']);
    expect(planUtc(hourly, '2026-11-27T13:00:00Z', '2026-11-27T11:30:00Z')).toEqual([false, '2026-11-27T13:00']);
  });

  it('does not wait for a clock that was years ahead, nor after a schedule became more frequent', () => {
    expect(planUtc(daily, '2031-01-01T03:00:00Z', '2026-11-27T12:00:00Z')).toEqual([false, '2026-11-28T03:00']);
    expect(planUtc(hourly, '2026-11-28T12:00:00Z', '2026-11-27T12:00:00Z')).toEqual([false, '2026-11-27T13:00']);
  });

  it('keeps what the previous release planned: a day after its last run', () => {
    expect(planUtc(daily, '2026-11-28T11:59:00Z', '2026-11-27T12:00:00Z')).toEqual([false, '2026-11-28T11:59']);
  });

  it.each([
    ['UTC', '2027-01-01T12:00:00Z'],
    ['Europe/Amsterdam', '2027-03-26T12:00:00Z'],
    ['Europe/Amsterdam', '2026-10-23T12:00:00Z'],
    ['America/New_York', '2027-03-12T12:00:00Z'],
    ['America/New_York', '2026-10-30T12:00:00Z'],
    ['Australia/Sydney', '2026-10-02T12:00:00Z'],
    ['Australia/Sydney', '2027-04-02T12:00:00Z'],
    ['Australia/Lord_Howe', '2027-04-02T12:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-02T12:00:00Z'],
  ])('runs once on each local day in %s from %s, checked at random times', (zone, from) => {
    const random = randomSeeded();
    const dayOf = (time: Date): string => time.toLocaleDateString('sv', { timeZone: zone });
    for (const cron of ['0 3 * * *', '30 2 * * *']) {
      const runs: string[] = [];
      let stored: Date | undefined;
      for (let now = at(from); now.getTime() < at(from).getTime() + 3 * DAY_MS;) {
        const { isDue, nextRunAt } = plan({ cron }, stored, now, zone);
        if (isDue) runs.push(dayOf(now));
        stored = nextRunAt;
        now = new Date(now.getTime() + 1 + Math.floor(random() * 6 * HOUR_MS));
      }
      expect(new Set(runs).size).toBe(runs.length);
      expect(runs.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('neither stalls nor repeats while the clock jumps about by less than a period', () => {
    const random = randomSeeded();
    let now = at('2026-03-01T12:00:00Z').getTime();
    let stored: Date | undefined;
    const runs: string[] = [];
    for (let step = 0; step < 150; step++) {
      now += random() < 0.05 ? (random() - 0.5) * 1.9 * DAY_MS : 3 * HOUR_MS;
      const { isDue, nextRunAt } = plan(daily, stored, new Date(now), 'UTC');
      if (isDue) runs.push(new Date(now).toISOString().slice(0, 10));
      stored = nextRunAt;
      expect(nextRunAt.getTime() - now).toBeLessThanOrEqual(2 * DAY_MS);
    }
    expect(new Set(runs).size).toBe(runs.length);
    expect(runs.length).toBeGreaterThan(8);
  });
});
