const ANY_APP = 'app.*';

/**
 * What a token may do now: those of its permissions that its owner still has. `app.*` means every
 * app on either side, so a token for all apps of someone who may open two opens these two. Sorted.
 */
export function tokenPermissions(given: readonly string[], held: ReadonlySet<string>): ReadonlySet<string> {
  const isHeld = (key: string): boolean => held.has(key) || (key.startsWith('app.') && held.has(ANY_APP));
  const apps = given.includes(ANY_APP) ? [...held].filter((key) => key.startsWith('app.')) : [];
  return new Set([...given.filter(isHeld), ...apps].sort());
}
