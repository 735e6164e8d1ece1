import { MAX_LISTED_ENTRIES } from '@kubarr/file-tree';
import { KubarrError } from '@kubarr/platform/errors';

/** The configured root is missing, not mounted or not accessible. */
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

/** The root exists, but the folder below it that was chosen in the setup does not. */
export class StorageFolderUnavailable extends KubarrError {
  readonly code = 'storage.folder-unavailable';
  readonly kind = 'unavailable';
  constructor(options?: { cause?: unknown }) {
    super(
      'The storage folder chosen in the setup (setting storage_path) is missing below KUBARR_STORAGE_PATH, or is a link. Create it as a folder.',
      options,
    );
  }
}

/** Disk calls do not return: an unreachable file server, a broken drive. */
export class StorageNotResponding extends KubarrError {
  readonly code = 'storage.not-responding';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 10;
  constructor(options?: { cause?: unknown }) {
    super(
      'The disk or file server of the storage does not respond. Check that it is connected, then try again. A change in progress may still happen; reload the list.',
      options,
    );
  }
}

export class PageTooFar extends KubarrError {
  readonly code = 'storage.page-too-far';
  readonly kind = 'bad-request';
  constructor() {
    super(
      `Only the first ${MAX_LISTED_ENTRIES} items of a folder can be listed. Ask for an earlier page, or open the item by its path.`,
    );
  }
}

/** `If-Match` or `If-Unmodified-Since` names another version of the file. */
export class FileVersionMismatch extends KubarrError {
  readonly code = 'storage.file-is-another';
  readonly kind = 'precondition-failed';
  constructor() {
    super('The file has changed since its download started. Download it from the start.');
  }
}

export class RangeNotSatisfiable extends KubarrError {
  readonly code = 'storage.range-not-satisfiable';
  readonly kind = 'range-not-satisfiable';
  constructor(size: number) {
    super(`The requested range starts after the end of the file, which has ${size} bytes. Download it from the start.`);
  }
}

/** Kubarr reserves these names for its own files. */
export class ReservedName extends KubarrError {
  readonly code = 'storage.reserved-name';
  readonly kind = 'forbidden';
  constructor() {
    super('Names that start with ".kubarr-" are reserved for Kubarr. Choose another name.');
  }
}

/** The root and its folders downloads and media, which installed apps need. */
export class ProtectedFolder extends KubarrError {
  readonly code = 'storage.protected';
  readonly kind = 'forbidden';
  constructor(path: string) {
    super(
      path === ''
        ? 'The storage root cannot be changed or removed. Choose something in it.'
        : `The folder "${path}" is needed by installed apps and cannot be changed or removed. Choose something in it.`,
    );
  }
}

/** Not a single name: empty, or with a slash. */
export class NameNotUsable extends KubarrError {
  readonly code = 'storage.name-not-usable';
  readonly kind = 'bad-request';
  constructor() {
    super('That is not a name for a file or folder. Give one name without a slash.');
  }
}

/** The write would leave less free space than `KUBARR_STORAGE_MIN_FREE_BYTES`. */
export class NotEnoughRoom extends KubarrError {
  readonly code = 'storage.not-enough-room';
  readonly kind = 'too-large';
  constructor(needed: number, room: number) {
    super(
      `There is space for ${bytesText(Math.max(0, room))} more on the disk, but this needs ${bytesText(needed)}. Free some, or lower KUBARR_STORAGE_MIN_FREE_BYTES.`,
    );
  }
}

export class QuotaExceeded extends KubarrError {
  readonly code = 'storage.quota-exceeded';
  readonly kind = 'too-large';
  constructor(needed: number, room: number) {
    super(
      `The storage may grow by ${bytesText(Math.max(0, room))}, but this needs ${bytesText(needed)}. Remove something, or raise KUBARR_STORAGE_QUOTA_BYTES.`,
    );
  }
}

/** Limits concurrent tree walks, so that other requests still get the disk. */
export class TooManyWalks extends KubarrError {
  readonly code = 'storage.busy';
  readonly kind = 'too-many';
  override readonly retryAfterSeconds = 5;
  constructor() {
    super('Too many searches, archives and measurements are running. Try again in a few seconds.');
  }
}

/** `1.5 GiB`, for people. */
function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [amount, unit] = [bytes, 0];
  for (; amount >= 1_024 && unit < units.length - 1; unit++) amount /= 1_024;
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}
