import { KubarrError } from '@kubarr/platform/errors';

export class SetupFinished extends KubarrError {
  readonly code = 'setup.finished';
  readonly kind = 'forbidden';
  constructor() {
    super('The setup is finished; sign in instead.');
  }
}

export class SetupTokenMissing extends KubarrError {
  readonly code = 'setup.token-missing';
  readonly kind = 'forbidden';
  constructor() {
    super('Open the setup address that Kubarr printed when it started; it contains a one-time token.');
  }
}

export class ServerNotConfigured extends KubarrError {
  readonly code = 'setup.server-not-configured';
  readonly kind = 'bad-request';
  constructor() {
    super('Save the name and the storage path of the server first.');
  }
}

export class StoragePathRefused extends KubarrError {
  readonly code = 'setup.storage-path-refused';
  readonly kind = 'bad-request';
}

export class FolderNotBrowsable extends KubarrError {
  readonly code = 'setup.folder-not-browsable';
  readonly kind = 'bad-request';
}

export class FolderOutside extends KubarrError {
  readonly code = 'setup.folder-outside';
  readonly kind = 'forbidden';
  constructor(root: string) {
    super(`Only ${root} and the folders below it can be chosen; set KUBARR_STORAGE_PATH to use another folder.`);
  }
}

export class FolderNotFound extends KubarrError {
  readonly code = 'setup.folder-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such folder.');
  }
}

export class UnknownComponent extends KubarrError {
  readonly code = 'setup.unknown-component';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such component.');
  }
}
