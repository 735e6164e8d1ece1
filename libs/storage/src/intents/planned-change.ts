import { type AuditAction } from '@kubarr/audit';
import { type FileEntry, type RelativePath } from '@kubarr/file-tree';

/** One change to the disk, with the content of its audit entry. */
export type PlannedChange = AuditText & Effect;

interface AuditText {
  readonly action: AuditAction;
  /** What the audit entry is about. */
  readonly path: RelativePath;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Bytes by which the storage grows; negative when it shrinks. Default: 0. */
  readonly growth?: number;
  /** The upload that this change completes. */
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
 * Whether `entry` has this identity. The device number of a disk may change when the system restarts; then the creation
 * time decides, if the file system records it.
 */
export function hasIdentity(entry: FileEntry | undefined, identity: string | null): boolean {
  const [device, inode, created] = (identity ?? '').split(':');
  if (!entry || String(entry.inode) !== inode) return false;
  return String(entry.device) === device || (entry.createdNs !== 0n && String(entry.createdNs) === created);
}
