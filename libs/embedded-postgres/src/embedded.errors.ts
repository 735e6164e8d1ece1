import { KubarrError } from '@kubarr/platform/errors';

/** The alternative that every error suggests: an external server. */
const OWN_SERVER = 'set DATABASE_URL to a PostgreSQL server of your own';

/** The binaries are not installed, or do not run on this machine. */
export class EmbeddedPostgresBinariesUnusable extends KubarrError {
  readonly code = 'database.embedded-binaries-unusable';
  readonly kind = 'unavailable';
  constructor(what: string, options?: { cause?: unknown }) {
    super(`The embedded PostgreSQL cannot be used: ${what}. Fix this, or ${OWN_SERVER}.`, options);
  }
}

/** No user can be found under which PostgreSQL agrees to run. */
export class EmbeddedPostgresUserUnusable extends KubarrError {
  readonly code = 'database.embedded-user-unusable';
  readonly kind = 'unavailable';
  constructor(what: string, wayOut: string, options?: { cause?: unknown }) {
    super(`The embedded PostgreSQL has no user to run as: ${what}. ${wayOut}, or ${OWN_SERVER}.`, options);
  }
}

/** A folder of the server cannot be made, reached or written. */
export class EmbeddedPostgresFolderUnusable extends KubarrError {
  readonly code = 'database.embedded-folder-unusable';
  readonly kind = 'unavailable';
  constructor(what: string, wayOut: string, options?: { cause?: unknown }) {
    super(`The embedded PostgreSQL cannot use its folder: ${what}. ${wayOut}, or ${OWN_SERVER}.`, options);
  }
}

export class EmbeddedPostgresDiskFull extends KubarrError {
  readonly code = 'database.embedded-disk-full';
  readonly kind = 'unavailable';
  constructor(folder: string, options?: { cause?: unknown }) {
    super(
      `The embedded PostgreSQL cannot start: the disk of ${folder} is full. Free some space and start again.`,
      options,
    );
  }
}

/** PostgreSQL reads only data of its own major version. */
export class EmbeddedPostgresVersionMismatch extends KubarrError {
  readonly code = 'database.embedded-version-mismatch';
  readonly kind = 'unavailable';
  constructor(dataDirectory: string, found: string, ours: string) {
    super(
      `${dataDirectory} was written by PostgreSQL ${found}; this release of Kubarr brings PostgreSQL ${ours}, which cannot ` +
        `read it. Start the release that wrote it, or ${OWN_SERVER}.`,
    );
  }
}

/** The server did not come up; the message ends with the last lines of its log. */
export class EmbeddedPostgresNotStarted extends KubarrError {
  readonly code = 'database.embedded-not-started';
  readonly kind = 'unavailable';
  constructor(what: string, logFile: string, lastLines: string, options?: { cause?: unknown }) {
    const quoted = lastLines ? `The last lines of ${logFile}:\n${lastLines}` : `Its log is ${logFile}.`;
    super(`The embedded PostgreSQL did not start: ${what}. ${quoted}`, options);
  }
}

export class EmbeddedPostgresNotStopped extends KubarrError {
  readonly code = 'database.embedded-not-stopped';
  readonly kind = 'internal';
  constructor(pid: number, seconds: number) {
    super(`The embedded PostgreSQL (process ${pid}) did not stop within ${seconds} s; its next start will recover.`);
  }
}

/** Names a failure of the file system in the folder of the server; every other error stays what it is. */
export function namedFolderFailure(error: unknown, folder: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code ?? '') {
    case 'ENOSPC':
    case 'EDQUOT':
      return new EmbeddedPostgresDiskFull(folder, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new EmbeddedPostgresFolderUnusable(
        message,
        `Give ${folder} and its content to the user that runs Kubarr (chown -R), choose another KUBARR_STATE_DIR`,
        { cause: error },
      );
    case 'EROFS':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'EIO':
      return new EmbeddedPostgresFolderUnusable(message, 'Choose another KUBARR_STATE_DIR', { cause: error });
    default:
      return error;
  }
}
