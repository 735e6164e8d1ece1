import { type AuditAction } from '@kubarr/audit';
import { type FileEntry, type RelativePath } from '@kubarr/file-tree';

/** One change to the disk, with what the audit log says about it. */
export type PlannedChange = AuditText & Effect;

interface AuditText {
  readonly action: AuditAction;
  /** What the audit entry is about. */
  readonly path: RelativePath;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Bytes by which the storage grows; negative when it shrinks. Default: 0. */
  readonly growth?: number;
  /** The upload that ends with this change. */
  readonly uploadId?: string;
}

/** What happens on the disk. `publish` gives a part file its final name. */
type Effect =
  | { readonly effect: 'create-directory'; readonly target: RelativePath }
  | { readonly effect: 'remove'; readonly source: RelativePath }
  | { readonly effect: 'move' | 'publish'; readonly source: RelativePath; readonly target: RelativePath };

/** `<device>:<inode>:<creation time>`: finds an entry again under another name. */
export const identityOf = ({ device, inode, createdNs }: FileEntry): string => `${device}:${inode}:${createdNs}`;

/**
 * Whether `entry` is the one that `identity` was taken from. A disk may have another device number after a restart of
 * the system; the creation time tells then, where the disk knows it.
 */
export function hasIdentity(entry: FileEntry | undefined, identity: string | null): boolean {
  const [device, inode, created] = (identity ?? '').split(':');
  if (!entry || String(entry.inode) !== inode) return false;
  return String(entry.device) === device || (entry.createdNs !== 0n && String(entry.createdNs) === created);
}
