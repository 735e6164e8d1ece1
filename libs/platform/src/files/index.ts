export {
  FileChanged,
  FilesForbidden,
  FilesUnavailable,
  IsALink,
  NoSuchMember,
  NotADirectory,
  NotAFile,
  PathMalformed,
  PathOutside,
  RootUnavailable,
} from './files.errors.js';
export { nameText } from './name-text.js';
export { LISTING_REACH, type Slice } from './name-page.js';
export { type Member, type MemberKind } from './member.js';
export { type OpenFile } from './open-file.js';
export { OpenRoot, type DiskSpace, type Listing } from './open-root.js';
export { parseRelativePath, type RelativePath } from './relative-path.js';
