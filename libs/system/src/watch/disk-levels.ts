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

/** The used share of a file system, as `df` counts it: what only root may use counts as used. Blocks of any size. */
export function usedShare({ blocks, bfree, bavail }: { blocks: number; bfree: number; bavail: number }): number {
  const used = blocks - bfree;
  return used + bavail === 0 ? 0 : used / (used + bavail);
}
