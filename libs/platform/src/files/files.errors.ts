import { KubarrError } from '../errors/index.js';

/** Names in messages are cut to this many characters: a path may have thousands. */
const SHOWN_LENGTH = 200;

const shown = (text: string): string => (text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text || '/');

/** The path leads above the root. */
export class PathOutside extends KubarrError {
  readonly code = 'files.path-outside';
  readonly kind = 'forbidden';
  constructor() {
    super('The path leads out of the folder it belongs to. Use a path without "..".');
  }
}

/** The path is no path: a NUL character, a `.` segment, too long. */
export class PathMalformed extends KubarrError {
  readonly code = 'files.path-malformed';
  readonly kind = 'bad-request';
  constructor(reason: string, options?: { cause?: unknown }) {
    super(`The path cannot be used: ${reason}. Correct it and try again.`, options);
  }
}

export class NoSuchMember extends KubarrError {
  readonly code = 'files.not-found';
  readonly kind = 'not-found';
  constructor(path: string, options?: { cause?: unknown }) {
    super(`There is no file or folder "${shown(path)}". It may have been moved or deleted; reload the list.`, options);
  }
}

export class NotADirectory extends KubarrError {
  readonly code = 'files.not-a-directory';
  readonly kind = 'bad-request';
  constructor(path: string, options?: { cause?: unknown }) {
    super(`"${shown(path)}" is not a folder. Choose a folder.`, options);
  }
}

/** A directory, or a device, socket or pipe: none of them is ever read. */
export class NotAFile extends KubarrError {
  readonly code = 'files.not-a-file';
  readonly kind = 'bad-request';
  constructor(path: string) {
    super(`"${shown(path)}" is not an ordinary file and cannot be opened. Choose a file.`);
  }
}

/** Links are listed, but never followed, wherever they point. */
export class IsALink extends KubarrError {
  readonly code = 'files.is-a-link';
  readonly kind = 'forbidden';
  constructor(path: string, options?: { cause?: unknown }) {
    super(
      `"${shown(path)}" is a symbolic link, and links are not followed. Open the place it points to instead.`,
      options,
    );
  }
}

export class FilesForbidden extends KubarrError {
  readonly code = 'files.forbidden';
  readonly kind = 'forbidden';
  constructor(path: string, options?: { cause?: unknown }) {
    super(
      `The operating system does not let Kubarr read "${shown(path)}". Give the user that Kubarr runs as access to it.`,
      options,
    );
  }
}

/** The file became shorter than it was when it was opened. */
export class FileChanged extends KubarrError {
  readonly code = 'files.changed';
  readonly kind = 'conflict';
  constructor(path: string) {
    super(`"${shown(path)}" changed while it was read. Try again once nothing writes to it.`);
  }
}

/** The disk or the file server behind the root fails, or the process ran out of file descriptors. */
export class FilesUnavailable extends KubarrError {
  readonly code = 'files.unavailable';
  readonly kind = 'unavailable';
  constructor(options?: { cause?: unknown }) {
    super(
      'The disk that holds these files does not answer. Check that it is mounted and healthy, then try again.',
      options,
    );
  }
}

/** The root itself is missing, is no directory or cannot be opened. */
export class RootUnavailable extends KubarrError {
  readonly code = 'files.root-unavailable';
  readonly kind = 'unavailable';
  constructor(
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super(`The folder that holds these files cannot be used: ${reason}.`, options);
  }
}

/** What a failed system call on `path` means. Unknown failures are handed back as they are: they are faults. */
export function asFilesError(error: unknown, path: string): unknown {
  const options = { cause: error };
  const code: string = (error as NodeJS.ErrnoException | null)?.code ?? '';
  switch (code) {
    case 'ENOENT':
      return new NoSuchMember(path, options);
    case 'ENOTDIR':
      return new NotADirectory(path, options);
    case 'ELOOP':
      return new IsALink(path, options);
    case 'EACCES':
    case 'EPERM':
      return new FilesForbidden(path, options);
    case 'ENAMETOOLONG':
      return new PathMalformed('a name is longer than this disk allows', options);
    case 'EIO':
    case 'ESTALE':
    case 'ENODEV':
    case 'ENXIO':
    case 'ENOTCONN':
    case 'ETIMEDOUT':
    case 'EHOSTDOWN':
    case 'EMFILE':
    case 'ENFILE':
      return new FilesUnavailable(options);
    default:
      return error;
  }
}
