/** Used shares of a disk that raise an alert. */
export const LEVELS = { filling: 0.85, full: 0.95 } as const;

/** An alert is settled only this far below its level, so that a disk at the level does not alternate. */
const HYSTERESIS = 0.02;

/** Whether each level is reached; `undefined` = as before. */
export function levelsOf(used: number): Readonly<Record<keyof typeof LEVELS, boolean | undefined>> {
  const reached = (level: number): boolean | undefined =>
    used >= level ? true : used < level - HYSTERESIS ? false : undefined;
  return { filling: reached(LEVELS.filling), full: reached(LEVELS.full) };
}

/** Bytes of a file system; `free` is what an unprivileged user can write. */
export interface DiskUsage {
  readonly used: number;
  readonly free: number;
}

/** The used share of a file system, as `df` counts it: the reserve of the superuser counts as used. */
export function usedShare({ used, free }: DiskUsage): number {
  return used + free === 0 ? 0 : used / (used + free);
}
