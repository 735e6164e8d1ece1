export {
  DirectoryNotEmpty,
  DiskReadOnly,
  FileChanged,
  FilesForbidden,
  FilesUnavailable,
  FileTooLarge,
  IntoItself,
  IsALink,
  MemberInUse,
  NameTaken,
  NoSpace,
  NoSuchMember,
  NotADirectory,
  NotAFile,
  OtherDisk,
  PathMalformed,
  PathOutside,
  RootUnavailable,
  TooDeep,
} from './files.errors.js';
export { nameBytes, nameText } from './name-text.js';
export { LISTING_REACH, type Order, type Slice } from './name-page.js';
export { isSameMember, type Member, type MemberKind } from './member.js';
export { type OpenFile } from './open-file.js';
export { OpenRoot, type DiskSpace, type Listing, type View } from './open-root.js';
export { type PartFile } from './part-file.js';
export { LONGEST_NAME, parseRelativePath, RelativePath } from './relative-path.js';
export { type CopyOptions } from './tree-copy.js';
export { type WalkOptions } from './tree-walk.js';
export { type Met, Trees, type TreeSize } from './trees.js';
