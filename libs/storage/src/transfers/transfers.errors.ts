import { type FileChanged } from '@kubarr/file-tree';
import { KubarrError } from '@kubarr/platform/errors';

/** Another program writes the file, such as a running download. The job retries later and keeps what it has copied. */
export class FileStillWritten extends KubarrError {
  readonly code = 'storage.file-still-written';
  readonly kind = 'unavailable';
  constructor(cause: FileChanged) {
    super(`${cause.message} The job tries again by itself.`, { cause });
  }
}
