import { type FileChanged } from '@kubarr/file-tree';
import { KubarrError } from '@kubarr/platform/errors';

/** A job met a file that another program writes: a download that goes on. It tries again later, and keeps what it has. */
export class FileStillWritten extends KubarrError {
  readonly code = 'storage.file-still-written';
  readonly kind = 'unavailable';
  constructor(cause: FileChanged) {
    super(`${cause.message} The job tries again by itself.`, { cause });
  }
}
