export { lockStateDirectory, StateDirectory } from './state-directory.js';
export { type LockOwner } from './directory-lock.js';
export { readOrCreateFile, syncDirectory } from './read-or-create-file.js';
export { makeDirectory } from './make-directory.js';
export { StateDirectoryLocked, StateDirectoryUnusable } from './state.errors.js';
export { StateConfig } from './state.config.js';
