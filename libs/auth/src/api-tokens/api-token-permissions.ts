const ANY_APP = 'app.*';

/**
 * What a token may do now: those of its permissions that its owner still has. `app.*` means every
 * app on either side, so a token for all apps of someone who may open two opens these two. Sorted.
 */
export function tokenPermissions(given: readonly string[], owned: ReadonlySet<string>): ReadonlySet<string> {
  const isOwned = (key: string): boolean => owned.has(key) || (key.startsWith('app.') && owned.has(ANY_APP));
  const apps = given.includes(ANY_APP) ? [...owned].filter((key) => key.startsWith('app.')) : [];
  return new Set([...given.filter(isOwned), ...apps].sort());
}
