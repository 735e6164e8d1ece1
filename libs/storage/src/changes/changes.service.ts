import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { nameBytes } from '@kubarr/file-tree';
import { StorageIntents } from '../intents/storage-intents.js';
import { refuseProtected } from '../protected-folders.js';
import { NameNotUsable } from '../storage.errors.js';
import { storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { StorageActions } from '../storage.actions.js';

/** Changes that one request completes: create a directory, delete or rename one entry. */
@Injectable()
export class StorageChanges {
  constructor(
    private readonly root: StorageRoot,
    private readonly intents: StorageIntents,
  ) {}

  async createDirectory(actor: Actor, text: string): Promise<string> {
    const path = storagePath(text);
    if (path.names.length === 0) throw new NameNotUsable();
    await this.root.useBriefly((root) =>
      this.intents.execute(actor, root, {
        action: StorageActions.directoryCreated,
        path,
        effect: 'create-directory',
        target: path,
      }),
    );
    return path.text;
  }

  /** Deletes a file, an empty directory, or the link itself. Not through the trash. */
  async delete(actor: Actor, text: string): Promise<string> {
    const path = storagePath(text);
    await this.root.useBriefly(async (root) => {
      await refuseProtected(root, path);
      const { kind, size } = await root.stat(path);
      await this.intents.execute(actor, root, {
        action: StorageActions.deleted,
        path,
        details: { kind, size },
        growth: -size,
        effect: 'remove',
        source: path,
      });
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
    await this.root.useBriefly(async (root) => {
      await refuseProtected(root, path);
      await this.intents.execute(actor, root, {
        action: StorageActions.renamed,
        path,
        details: { old: path.text, new: to.text },
        effect: 'move',
        source: path,
        target: to,
      });
    });
    return to.text;
  }
}
