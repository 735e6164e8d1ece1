import { LISTING_REACH } from '@kubarr/platform/files';
import { KubarrError } from '@kubarr/platform/errors';

/** The configured root is missing, not mounted or not to be entered. */
export class StorageUnavailable extends KubarrError {
  readonly code = 'storage.unavailable';
  readonly kind = 'unavailable';
  constructor(reason: string, options?: { cause?: unknown }) {
    super(
      `The storage folder cannot be used: ${reason}. Check that the volume is mounted and that KUBARR_STORAGE_PATH names its folder.`,
      options,
    );
  }
}

/** The root is there, but not the folder below it that was chosen in the set-up. */
export class StorageFolderUnavailable extends KubarrError {
  readonly code = 'storage.folder-unavailable';
  readonly kind = 'unavailable';
  constructor(options?: { cause?: unknown }) {
    super(
      'The storage folder chosen in the set-up (setting storage_path) is missing below KUBARR_STORAGE_PATH, or is a link. Create it as a folder.',
      options,
    );
  }
}

export class PageTooFar extends KubarrError {
  readonly code = 'storage.page-too-far';
  readonly kind = 'bad-request';
  constructor() {
    super(
      `A listing reaches the first ${LISTING_REACH} items of a folder. Ask for an earlier page, or open the item by its path.`,
    );
  }
}

export class RangeNotSatisfiable extends KubarrError {
  readonly code = 'storage.range-not-satisfiable';
  readonly kind = 'range-not-satisfiable';
  constructor(size: number) {
    super(`The requested part begins behind the end of the file, which has ${size} bytes. Download it from the start.`);
  }
}
