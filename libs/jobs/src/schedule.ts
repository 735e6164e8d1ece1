import { SetMetadata } from '@nestjs/common';
import { CronTime } from 'cron';

/** When a job is due. */
export type Schedule =
  /** Five or six fields, in the time zone of the process (`TZ`; UTC in the container unless set): `0 3 * * *`. */
  | { readonly cron: string }
  /** Milliseconds from one run to the next. */
  | { readonly everyMs: number };

interface CommonOptions {
  /** Unique; also the key of its row and its label in metrics. Never rename it once released. */
  readonly name: string;
  /** Longest run, in milliseconds. */
  readonly timeoutMs: number;
}

/** `global` (default): each run is one job for all replicas, with retries. `local`: runs in each process by its own clock. */
export type ScheduledOptions = GlobalOptions | LocalOptions;

type GlobalOptions = CommonOptions & Schedule & { readonly scope?: 'global' };

export interface LocalOptions extends CommonOptions {
  readonly scope: 'local';
  readonly everyMs: number;
  /** Milliseconds from the start of the process to the first run; default `everyMs`. */
  readonly startAfterMs?: number;
}

/** Gets a signal that fires when the time is over or the process stops. Must be safe to repeat. */
export type ScheduledMethod = (signal: AbortSignal) => Promise<void> | void;

/** The last run of a schedule, for administrators. Of a local schedule: of this process only. */
export interface ScheduleStatus {
  readonly name: string;
  readonly scope: 'global' | 'local';
  /** Milliseconds from one run to the next; of a calendar, from the next run to the one after it. */
  readonly everyMs: number;
  readonly isRunning: boolean;
  /** `null` for a local schedule, and before a global one was planned. */
  readonly nextRunAt: Date | null;
  readonly lastFinishedAt: Date | null;
  readonly lastOutcome: 'succeeded' | 'failed' | null;
  readonly lastError: string | null;
}

export const SCHEDULED = 'kubarr:scheduled';

/** Runs a provider's method on a schedule. */
export const Scheduled =
  (options: ScheduledOptions) =>
  <Method extends ScheduledMethod>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    SetMetadata(SCHEDULED, options)(target, key, descriptor);
  };

export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * The first run after `after`. A local time that the change to summer time skips is an hour late; one that the change
 * back repeats counts the first time only. The library finds the next local time as if it were UTC, because with a zone
 * it answers some local times twice (cron 4.4.0).
 *
 * @throws Error when the cron text is invalid.
 */
export function nextRun(schedule: Schedule, after: Date, zone = timeZone()): Date {
  if ('everyMs' in schedule) return new Date(after.getTime() + schedule.everyMs);
  const cron = new CronTime(schedule.cron, 'UTC');
  for (let local = localTime(after, zone); ;) {
    local = cron.getNextDateFrom(new Date(local), 'UTC').toMillis();
    const time = timeAt(local, zone);
    if (time > after) return time;
  }
}

const DAY_MS = 86_400_000;

/** One format per zone: creating it takes longer than all the rest. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The local time in a zone, in milliseconds as if it were UTC. */
function localTime(time: Date, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(zone, format);
  }
  return Date.parse(`${format.format(time).replace(' ', 'T')}Z`);
}

/** The first moment at which a zone has the local time. */
function timeAt(local: number, zone: string): Date {
  const [before, after] = [local - DAY_MS, local + DAY_MS].map(
    (near) => local - (localTime(new Date(near), zone) - near),
  );
  const times = [before, after].map((time) => new Date(time ?? local)).sort((one, other) => +one - +other);
  return times.find((time) => localTime(time, zone) === local) ?? new Date(before ?? local);
}

export interface Plan {
  readonly isDue: boolean;
  readonly nextRunAt: Date;
}

/**
 * What a schedule has to do at `now`, given its stored next run (`undefined` = never planned). Runs that were missed
 * become one. A stored run that is later than the next two is a leftover of a clock that was ahead, or of a slower
 * schedule, and is planned again; a clock set back by less than a period repeats nothing.
 */
export function plan(schedule: Schedule, stored: Date | undefined, now: Date, zone = timeZone()): Plan {
  const next = nextRun(schedule, now, zone);
  if (!stored) return { isDue: 'everyMs' in schedule, nextRunAt: next };
  if (stored <= now) return { isDue: true, nextRunAt: next };
  return { isDue: false, nextRunAt: stored > nextRun(schedule, next, zone) ? next : stored };
}
