import { type RelativePath } from '@kubarr/file-tree';
import { createHash } from 'node:crypto';

/** Key of a path in an index: B-tree entries are limited in length, paths are not. */
export const digestOf = (path: RelativePath): string => createHash('sha256').update(path.text).digest('hex');
