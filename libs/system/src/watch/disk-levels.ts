/** From this share of a disk on people are told. */
export const LEVELS = { filling: 0.85, full: 0.95 } as const;

/** A disk counts as emptier again only this far below a level, so that one on the brink is not told again and again. */
const SLACK = 0.02;

/** What holds of a disk with the given used share: `true`, `false`, or `undefined` = as before. */
export function levelsOf(used: number): Readonly<Record<keyof typeof LEVELS, boolean | undefined>> {
  const reached = (level: number): boolean | undefined =>
    used >= level ? true : used < level - SLACK ? false : undefined;
  return { filling: reached(LEVELS.filling), full: reached(LEVELS.full) };
}

/** The used share of a file system, as `df` counts it: what only root may use counts as used. Blocks of any size. */
export function usedShare({ blocks, bfree, bavail }: { blocks: number; bfree: number; bavail: number }): number {
  const used = blocks - bfree;
  return used + bavail === 0 ? 0 : used / (used + bavail);
}
