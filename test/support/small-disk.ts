import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A disk of its own, in memory. */
export interface SmallDisk {
  readonly path: string;
  unmount: () => void;
}

/** Mounts a disk of so many MiB, with room for so many files, at `path`; `undefined` where that is not allowed. Linux, root. */
export function mountSmallDisk(path: string, mebibytes: number, files = 1_000): SmallDisk | undefined {
  mkdirSync(path, { recursive: true });
  const { status } = spawnSync('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${mebibytes}m,nr_inodes=${files},mode=0777`,
    'tmpfs',
    path,
  ]);
  if (status !== 0) return undefined;
  return { path, unmount: () => void spawnSync('umount', ['-l', path]) };
}

/** Can this test run mount a disk? Says so when it cannot. */
export function canMount(place: string): boolean {
  const disk = process.platform === 'linux' ? mountSmallDisk(place, 1) : undefined;
  if (!disk) process.stderr.write('SKIPPED: tests with a second and with a full disk need the right to mount one.\n');
  disk?.unmount();
  return disk !== undefined;
}
