import { createHash, randomBytes } from 'node:crypto';

/** Bytes of a code: 2^256 codes cannot be guessed. */
const CODE_LENGTH = 32;

/** Characters of a code that lists show. */
const HINT_LENGTH = 6;

/** Goes into a link as it is: letters, digits, `-` and `_`. */
export const newInviteCode = (): string => randomBytes(CODE_LENGTH).toString('base64url');

/** What is stored of a code: SHA-256 in hexadecimal. */
export const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');

export const hintOf = (code: string): string => code.slice(0, HINT_LENGTH);
