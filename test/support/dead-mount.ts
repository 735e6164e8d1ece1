import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';

/** A file system that never answers, as a file server that is away. */
export interface DeadMount {
  /** Fails all calls that wait, and every later one until it is unmounted. */
  revive: () => void;
}

/** Mounts a FUSE file system without a server at `path`; `undefined` where that is not allowed. Linux, root. */
export function mountDead(path: string): DeadMount | undefined {
  mkdirSync(path, { recursive: true });
  let device: number;
  try {
    device = openSync('/dev/fuse', 'r+');
  } catch {
    return undefined;
  }
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other';
  const { status } = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'dead', path], {
    stdio: ['ignore', 'ignore', 'ignore', device],
  });
  if (status !== 0) {
    closeSync(device);
    return undefined;
  }
  return {
    revive: () => {
      closeSync(device);
      spawnSync('umount', ['-l', path]);
    },
  };
}
