import { isEmail } from 'class-validator';

/** Bounds in characters. An e-mail address has at most 254, which follows from RFC 5321. */
export const USERNAME_LENGTH = { minimum: 3, maximum: 64 };
export const PASSWORD_LENGTH = { minimum: 8, maximum: 128 };
export const EMAIL_LENGTH = { minimum: 3, maximum: 254 };

/** The most common passwords. Longer lists belong to a breach check, which needs the network. */
const COMMON_PASSWORDS = new Set([
  'password',
  'password1',
  'password123',
  'passw0rd',
  '12345678',
  '123456789',
  '1234567890',
  'qwertyui',
  'qwerty123',
  'qwertyuiop',
  'iloveyou',
  'sunshine',
  'princess',
  'football',
  'baseball',
  'trustno1',
  'superman',
  'letmein1',
  'welcome1',
  'changeme',
  'kubarr123',
  '11111111',
  '00000000',
  'abcd1234',
  'abc12345',
  'administrator',
]);

/** Invisible characters: with one, two different names look the same. Hangul fillers and the empty braille pattern count as letters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** True for text that has a visible character and no invisible one. */
export const isVisible = (text: string): boolean => text.trim() !== '' && !INVISIBLE.test(text);

/**
 * Why a user name cannot be used, or `undefined`. An `@` is refused: sign-in takes a name or an e-mail. So is every
 * name that its Unicode form NFKC changes: full-width letters or combining accents look like another name.
 */
export function usernameRefusal(username: string): string | undefined {
  const { minimum, maximum } = USERNAME_LENGTH;
  if ([...username].length < minimum) return `must have ${minimum} to ${maximum} characters`; // trimmed before
  if (username.includes('@')) return 'must not contain @, which only e-mail addresses have';
  if (username !== username.trim() || username.includes('  ') || !isVisible(username))
    return 'must not start or end with a space, nor contain two in a row or invisible characters';
  if (username !== username.normalize('NFKC')) return 'must be written in plain letters, without look-alikes';
  return undefined;
}

export const emailRefusal = (email: string): string | undefined =>
  isEmail(email) && isVisible(email) ? undefined : 'must be an e-mail address';

/** Why a password cannot be used, or `undefined`. */
export function passwordRefusal(password: string, account: { username: string; email: string }): string | undefined {
  const lower = password.toLowerCase();
  const own = [account.username, account.email, account.email.split('@')[0] ?? ''].map((text) => text.toLowerCase());
  if (own.includes(lower)) return 'must not be your name or e-mail';
  if (COMMON_PASSWORDS.has(lower)) return 'is one of the first that anybody would try; choose a longer one';
  return undefined;
}
