import { type FileEntry } from '@kubarr/file-tree';
import { constantTimeEquals } from '@kubarr/platform/secrets';
import { createHmac } from 'node:crypto';

/** What a confirmation permits: one account to delete this folder. */
export interface Confirmable {
  readonly path: string;
  readonly folder: Pick<FileEntry, 'inode' | 'device' | 'createdNs'>;
  readonly userId: number;
}

/** Validity of a confirmation, in milliseconds: time to read, to think, to type a name. */
export const CONFIRMATION_MS = 10 * 60_000;

/** A token: `<expiry, in milliseconds since 1970>.<signature>`. */
export function confirmationFor(key: Buffer, what: Confirmable, endsAt: number): string {
  return `${endsAt}.${signature(key, what, endsAt)}`;
}

/** False when the token is expired, forged, or for another path, folder or account; also when the folder was replaced. */
export function isConfirmed(key: Buffer, what: Confirmable, token: string, now: number): boolean {
  const [, ends = '', given = ''] = /^(\d{1,16})\.([\w-]{43})$/.exec(token) ?? [];
  const endsAt = Number(ends);
  return given !== '' && now < endsAt && constantTimeEquals(given, signature(key, what, endsAt));
}

function signature(key: Buffer, { path, folder, userId }: Confirmable, endsAt: number): string {
  const facts = JSON.stringify([path, ...[folder.inode, folder.device, folder.createdNs].map(String), userId, endsAt]);
  return createHmac('sha256', key).update(facts).digest('base64url');
}
