export {
  DirectoryNotEmpty,
  DiskNotResponding,
  DiskReadOnly,
  FileChanged,
  FilesForbidden,
  FilesUnavailable,
  FileTooLarge,
  IntoItself,
  IsSymbolicLink,
  EntryInUse,
  NameTaken,
  NoSpace,
  EntryNotFound,
  NotADirectory,
  NotAFile,
  OtherDisk,
  PathMalformed,
  PathOutside,
  RootUnavailable,
  TooDeep,
} from './files.errors.js';
export { diskCalls } from './disk/limited-fs.js';
export { nameBytes, nameText } from './paths/name-text.js';
export { type ListOptions } from './listing/read-names.js';
export { type Listing } from './listing/directory-listings.js';
export { MAX_LISTED_ENTRIES, type Order, type Slice } from './listing/sorted-names.js';
export { isSameEntry, type FileEntry, type EntryKind } from './entries/file-entry.js';
export { type OpenFile } from './content/open-file.js';
export { OpenRoot, type DiskSpace } from './open-root.js';
export { type PartFile } from './content/part-file.js';
export { LONGEST_NAME, parseRelativePath, RelativePath } from './paths/relative-path.js';
export { type CopyOptions } from './operations/tree-copy.js';
export { type WalkOptions } from './operations/tree-walk.js';
export { type WalkEntry, TreeOperations, type TreeSize } from './operations/tree-operations.js';
