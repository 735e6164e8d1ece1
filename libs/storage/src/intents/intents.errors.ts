import { KubarrError } from '@kubarr/platform/errors';

/** The change is on the disk; a sweep writes its audit entry later. */
export class ChangeNotRecorded extends KubarrError {
  readonly code = 'storage.not-recorded';
  readonly kind = 'unavailable';
  constructor(path: string, options?: { cause?: unknown }) {
    super(
      `"${path || '/'}" was changed on the disk, but the database did not answer. Kubarr records the change as soon as the database answers; reload the list.`,
      options,
    );
  }
}
