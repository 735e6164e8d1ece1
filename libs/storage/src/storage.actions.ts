import { type AuditAction, defineActions } from '@kubarr/audit';

export const StorageActions = defineActions(
  { resource: 'storage', audience: 'administrators' },
  {
    directoryCreated: 'storage_directory_created',
    uploaded: 'storage_uploaded',
    renamed: 'storage_renamed',
    moved: 'storage_moved',
    copied: 'storage_copied',
    deleted: 'storage_deleted',
    trashed: 'storage_trashed',
    restored: 'storage_restored',
    trashRemoved: 'storage_trash_removed',
  },
);

/** The action with this key, as a stored intent names it. */
export function storageAction(key: string): AuditAction {
  const action = Object.values(StorageActions).find((each) => each.key === key);
  if (!action) throw new Error(`the storage declares no audit action ${key}`);
  return action;
}
