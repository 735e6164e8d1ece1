import { MAX_LISTED_ENTRIES } from '@kubarr/file-tree';
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

/** The root is there, but not the folder below it that was chosen in the setup. */
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

/** Calls to the disk wait and do not return: a file server that is away, a broken drive. */
export class StorageNotResponding extends KubarrError {
  readonly code = 'storage.not-responding';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 10;
  constructor(options?: { cause?: unknown }) {
    super(
      'The disk or file server that holds the storage does not respond. Check that it is connected, then try again. A change that was under way may still happen; reload the list.',
      options,
    );
  }
}

export class PageTooFar extends KubarrError {
  readonly code = 'storage.page-too-far';
  readonly kind = 'bad-request';
  constructor() {
    super(
      `A listing reaches the first ${MAX_LISTED_ENTRIES} items of a folder. Ask for an earlier page, or open the item by its path.`,
    );
  }
}

/** Not the one that `If-Match` or `If-Unmodified-Since` names. */
export class FileIsAnother extends KubarrError {
  readonly code = 'storage.file-is-another';
  readonly kind = 'precondition-failed';
  constructor() {
    super('The file is not the one that was downloaded in part. Download it from the start.');
  }
}

export class RangeNotSatisfiable extends KubarrError {
  readonly code = 'storage.range-not-satisfiable';
  readonly kind = 'range-not-satisfiable';
  constructor(size: number) {
    super(`The requested part begins behind the end of the file, which has ${size} bytes. Download it from the start.`);
  }
}

/** Names that Kubarr keeps for what it writes itself. */
export class ReservedName extends KubarrError {
  readonly code = 'storage.reserved-name';
  readonly kind = 'forbidden';
  constructor() {
    super('Names that begin with ".kubarr-" are used by Kubarr itself. Choose another name.');
  }
}

/** The root and its folders downloads and media, which installed apps count on. */
export class ProtectedPlace extends KubarrError {
  readonly code = 'storage.protected';
  readonly kind = 'forbidden';
  constructor(path: string) {
    super(
      path === ''
        ? 'The storage root can be neither changed nor removed. Choose something in it.'
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

/** It would leave less room on the disk than is to be kept. */
export class NotEnoughRoom extends KubarrError {
  readonly code = 'storage.not-enough-room';
  readonly kind = 'too-large';
  constructor(needed: number, room: number) {
    super(
      `There is room for ${bytesText(Math.max(0, room))} more on the disk, but this needs ${bytesText(needed)}. Free some, or lower KUBARR_STORAGE_MIN_FREE_BYTES.`,
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

/** Several of them would keep the disk from all other work. */
export class TooManyWalks extends KubarrError {
  readonly code = 'storage.busy';
  readonly kind = 'too-many';
  override readonly retryAfterSeconds = 5;
  constructor() {
    super('Too many searches, archives and measurements are under way. Try again in a few seconds.');
  }
}

/** `1.5 GiB`, for people. */
function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [amount, unit] = [bytes, 0];
  for (; amount >= 1_024 && unit < units.length - 1; unit++) amount /= 1_024;
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}
