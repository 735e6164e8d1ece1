import { syncDirectory as sync } from '@kubarr/platform/state';
import { open } from '../disk/limited-fs.js';

/** Like that of the platform, within the limit of concurrent disk calls. */
export const syncDirectory = (path: string | Buffer): Promise<void> => sync(path, open);
