import { KubarrError } from '@kubarr/platform/errors';

/** A zip archive ends with a list of all its entries, which stays in memory while the archive is sent. */
export class ArchiveTooLarge extends KubarrError {
  readonly code = 'storage.archive-too-large';
  readonly kind = 'bad-request';
  constructor(most: number) {
    super(`A zip archive can have up to ${most} files and folders. Download it as tar, or in parts.`);
  }
}
