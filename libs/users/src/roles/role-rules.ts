import { isAppName } from '@kubarr/access';
import { isVisible } from '../account-rules.js';
import { assertAllowed } from '../accounts.js';

/** @throws InvalidFields when the name is empty or contains invisible characters. */
export function cleanName(name: string): string {
  const trimmed = name.trim();
  assertAllowed([{ path: 'name', message: isVisible(trimmed) ? undefined : 'must be visible text' }]);
  return trimmed;
}

/** @throws InvalidFields, at `path`, for what cannot be the name of an app. */
export function checkedAppNames(names: readonly string[], path = 'app_names'): readonly string[] {
  const wrong = names.filter((name) => !isAppName(name));
  const message = `names of apps have small letters, digits and hyphens only, other than ${quoted(wrong)}`;
  assertAllowed([{ path, message: wrong.length > 0 ? message : undefined }]);
  return names;
}

export const quoted = (texts: readonly string[]): string =>
  texts
    .slice(0, 5)
    .map((text) => `“${text}”`)
    .join(', ');
