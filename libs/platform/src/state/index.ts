export { holdStateDirectory, StateDirectory } from './state-directory.js';
export { type Holder } from './hold.js';
export { readOrCreateFile, syncDirectory } from './kept-file.js';
export { makeDirectory } from './make-directory.js';
export { StateDirectoryHeld, StateDirectoryUnusable } from './state.errors.js';
