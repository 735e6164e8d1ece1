import { type RelativePath } from '@kubarr/file-tree';
import { createHash } from 'node:crypto';

/** Names a path in an index, which cannot hold a path of any length. */
export const digestOf = (path: RelativePath): string => createHash('sha256').update(path.text).digest('hex');
