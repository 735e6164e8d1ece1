import { KubarrError } from '@kubarr/platform/errors';

/** Headers are missing or malformed. */
export class UploadNotReadable extends KubarrError {
  readonly code = 'storage.upload-not-readable';
  readonly kind = 'bad-request';
  constructor(reason: string) {
    super(`The upload cannot be read: ${reason}. Use a client for the tus protocol, version 1.0.0.`);
  }
}

export class UploadVersionUnknown extends KubarrError {
  readonly code = 'storage.upload-version';
  readonly kind = 'precondition-failed';
  constructor(version: string) {
    super(`The header Tus-Resumable must be ${version}. Use a client for the tus protocol of that version.`);
  }
}

export class UploadNotFound extends KubarrError {
  readonly code = 'storage.upload-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('Upload not found: it was cancelled or has expired. Start again.');
  }
}

/** The offset of the request is not the size of the part file. */
export class UploadOffsetWrong extends KubarrError {
  readonly code = 'storage.upload-offset-wrong';
  readonly kind = 'conflict';
  constructor(offset: number) {
    super(`The upload has ${offset} bytes so far. Continue from there.`);
  }
}

export class UploadTooLarge extends KubarrError {
  readonly code = 'storage.upload-too-large';
  readonly kind = 'too-large';
  constructor(most: number) {
    super(`The file is larger than the ${most} bytes that can be uploaded. Raise KUBARR_STORAGE_MAX_UPLOAD_BYTES.`);
  }
}

/** More bytes arrived than were announced. */
export class UploadTooLong extends KubarrError {
  readonly code = 'storage.upload-too-long';
  readonly kind = 'bad-request';
  constructor(size: number) {
    super(`More bytes were sent than the ${size} that were announced. Start again with the right length.`);
  }
}

export class TooManyUploads extends KubarrError {
  readonly code = 'storage.too-many-uploads';
  readonly kind = 'too-many';
  override readonly retryAfterSeconds = 60;
  constructor(most: number) {
    super(`You have ${most} unfinished uploads. Finish or cancel some, then try again.`);
  }
}
