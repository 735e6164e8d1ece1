export { type LockOwner } from './directory-lock.js';
export { makeDirectory } from './make-directory.js';
export { readOrCreateFile } from './read-or-create-file.js';
export { MAX_SOCKET_PATH_BYTES } from './socket-path.js';
export { lockStateDirectory, StateDirectory } from './state-directory.js';
export { StateDirectoryLocked, StateDirectoryUnusable } from './state.errors.js';
export { StateConfig } from './state.config.js';
export { syncDirectory } from './sync-directory.js';
