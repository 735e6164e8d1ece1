import { KubarrError } from '@kubarr/platform/errors';

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

/** Not a valid path: a NUL character, a `.` segment, too long. */
export class PathMalformed extends KubarrError {
  readonly code = 'files.path-malformed';
  readonly kind = 'bad-request';
  constructor(reason: string, options?: { cause?: unknown }) {
    super(`The path cannot be used: ${reason}. Correct it and try again.`, options);
  }
}

export class EntryNotFound extends KubarrError {
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
export class IsSymbolicLink extends KubarrError {
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
      `The operating system does not let Kubarr use "${shown(path)}". Give the user that Kubarr runs as access to it.`,
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

/** Something of that name is there, and nothing is ever replaced. */
export class NameTaken extends KubarrError {
  readonly code = 'files.name-taken';
  readonly kind = 'conflict';
  constructor(path: string, options?: { cause?: unknown }) {
    super(`"${shown(path)}" exists already. Choose another name, or remove what is there first.`, options);
  }
}

export class DirectoryNotEmpty extends KubarrError {
  readonly code = 'files.not-empty';
  readonly kind = 'bad-request';
  constructor(path: string, options?: { cause?: unknown }) {
    super(`The folder "${shown(path)}" is not empty. Move it to the trash, or delete it with its content.`, options);
  }
}

/** The disk or the quota of the user is full, or the write would leave too little space. */
export class NoSpace extends KubarrError {
  readonly code = 'files.no-space';
  readonly kind = 'too-large';
  constructor(options?: { cause?: unknown }) {
    super('There is not enough space left on the disk. Free some, then try again; nothing was changed.', options);
  }
}

/** The file exceeds the limit of its file system: 4 GiB on FAT. */
export class FileTooLarge extends KubarrError {
  readonly code = 'files.too-large';
  readonly kind = 'too-large';
  constructor(path: string, options?: { cause?: unknown }) {
    super(`"${shown(path)}" is larger than the file system of this disk allows. Use another disk.`, options);
  }
}

export class DiskReadOnly extends KubarrError {
  readonly code = 'files.read-only';
  readonly kind = 'forbidden';
  constructor(options?: { cause?: unknown }) {
    super('The disk is read-only. Mount it for writing, then try again.', options);
  }
}

/** Two places are on different disks, between which nothing can be renamed, only copied. */
export class OtherDisk extends KubarrError {
  readonly code = 'files.other-disk';
  readonly kind = 'conflict';
  constructor(path: string, options?: { cause?: unknown }) {
    super(`"${shown(path)}" is on another disk. Move it there as a job, or delete it permanently.`, options);
  }
}

/** A disk is mounted there, or a program runs from that file. */
export class EntryInUse extends KubarrError {
  readonly code = 'files.in-use';
  readonly kind = 'conflict';
  constructor(path: string, options?: { cause?: unknown }) {
    super(
      `"${shown(path)}" is in use: a disk is mounted there, or a program runs it. Release it on the server first.`,
      options,
    );
  }
}

export class IntoItself extends KubarrError {
  readonly code = 'files.into-itself';
  readonly kind = 'bad-request';
  constructor(path: string, options?: { cause?: unknown }) {
    super(`The folder "${shown(path)}" cannot go into itself. Choose another place.`, options);
  }
}

/** More levels of folders than a walk descends. */
export class TooDeep extends KubarrError {
  readonly code = 'files.too-deep';
  readonly kind = 'bad-request';
  constructor(path: string, most: number) {
    super(`Below "${shown(path)}" are more than ${most} levels of folders. Reduce them on the server.`);
  }
}

/** The disk or the file server behind the root fails, or the process ran out of file descriptors. */
export class FilesUnavailable extends KubarrError {
  readonly code = 'files.unavailable';
  readonly kind = 'unavailable';
  constructor(options?: { cause?: unknown }) {
    super('The disk of these files does not answer. Check that it is mounted and healthy, then try again.', options);
  }
}

/** All slots for disk calls are taken by calls that do not return. */
export class DiskNotResponding extends KubarrError {
  readonly code = 'files.not-responding';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 5;
  constructor(options?: { cause?: unknown }) {
    super('The disk of these files does not respond. Check the disk or its file server, then try again.', options);
  }
}

/** The root itself is missing, is not a directory or cannot be opened. */
export class RootUnavailable extends KubarrError {
  readonly code = 'files.root-unavailable';
  readonly kind = 'unavailable';
  constructor(
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super(`The folder of these files cannot be used: ${reason}.`, options);
  }
}

/** The product's error for a failed system call on `path`. Unknown failures are returned unchanged: they are faults. */
export function asFilesError(error: unknown, path: string): unknown {
  const options = { cause: error };
  const code: string = (error as NodeJS.ErrnoException | null)?.code ?? '';
  switch (code) {
    case 'ENOENT':
      return new EntryNotFound(path, options);
    case 'ENOTDIR':
      return new NotADirectory(path, options);
    case 'ELOOP':
      return new IsSymbolicLink(path, options);
    case 'EACCES':
    case 'EPERM':
      return new FilesForbidden(path, options);
    case 'ENAMETOOLONG':
      return new PathMalformed('a name is longer than this disk allows', options);
    case 'EEXIST':
      return new NameTaken(path, options);
    case 'ENOTEMPTY':
      return new DirectoryNotEmpty(path, options);
    case 'ENOSPC':
    case 'EDQUOT':
      return new NoSpace(options);
    case 'EFBIG':
      return new FileTooLarge(path, options);
    case 'EROFS':
      return new DiskReadOnly(options);
    case 'EXDEV':
      return new OtherDisk(path, options);
    case 'EBUSY':
    case 'ETXTBSY':
      return new EntryInUse(path, options);
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
