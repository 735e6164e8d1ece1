import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { nameBytes } from '@kubarr/file-tree';
import { refuseProtected } from '../protected-places.js';
import { RecordedChange } from '../recorded-change.js';
import { Room } from '../room.js';
import { NameNotUsable } from '../storage.errors.js';
import { storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { noteMovedUploads } from '../uploads/moved-uploads.js';

/** Changes that are done at once: a folder made, one thing deleted for good, one renamed. */
@Injectable()
export class StorageChanges {
  constructor(
    private readonly root: StorageRoot,
    private readonly recorded: RecordedChange,
    private readonly room: Room,
  ) {}

  async makeDirectory(actor: Actor, text: string): Promise<string> {
    const path = storagePath(text);
    if (path.names.length === 0) throw new NameNotUsable();
    await this.root.use((root) =>
      this.recorded.make(actor, { action: 'storage_directory_created', path }, () => root.files.makeDirectory(path)),
    );
    return path.text;
  }

  /** A file, an empty folder, or a link itself; for good. */
  async delete(actor: Actor, text: string): Promise<string> {
    const path = storagePath(text);
    await this.root.use(async (root) => {
      await refuseProtected(root, path);
      const { kind, size } = await root.stat(path);
      await this.recorded.make(
        actor,
        { action: 'storage_deleted', path, details: { kind, size } },
        async (transaction) => {
          await root.files.remove(path);
          await this.room.grew(transaction, -size);
        },
      );
    });
    return path.text;
  }

  async rename(actor: Actor, text: string, newName: string): Promise<string> {
    const path = storagePath(text);
    const bytes = nameBytes(newName);
    const to = storagePath(
      path.parent === undefined ? '' : (path.parent.text === '' ? '' : `${path.parent.text}/`) + newName,
    );
    if (bytes.includes('/') || to.names.length !== path.names.length) throw new NameNotUsable();
    await this.root.use(async (root) => {
      await refuseProtected(root, path);
      await root.stat(path);
      await this.recorded.make(
        actor,
        { action: 'storage_renamed', path, details: { old: path.text, new: to.text } },
        async (transaction) => {
          await noteMovedUploads(transaction, path, to);
          await root.files.move(path, to);
        },
      );
    });
    return to.text;
  }
}
