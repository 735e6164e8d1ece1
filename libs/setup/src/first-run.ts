import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { Settings, SettingsActions } from '@kubarr/settings';
import { StorageSettings } from '@kubarr/storage';
import { Accounts } from '@kubarr/users';
import { DataSource, type EntityManager } from 'typeorm';
import { InstallationRow, serverOf } from './installation.entity.js';
import { type ServerResponse, type SetupResultResponse } from './setup.dto.js';
import { ServerNotConfigured, SetupFinished } from './setup.errors.js';
import { SetupActions } from './setup.actions.js';

/** What the setup writes, each time in one transaction that locks the one row about this installation. */
@Injectable()
export class FirstRun {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly settings: Settings,
    private readonly audit: AuditRecorder,
  ) {}

  async configureServer(actor: Actor, { name, storage_path }: ServerResponse): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const row = await lockOpen(transaction);
      await transaction.update(InstallationRow, { id: 1 }, { serverName: name, storagePath: storage_path });
      await this.audit.record(transaction, actor, {
        action: SettingsActions.changed,
        resourceId: 'server',
        details: { old: serverOf(row), new: { name, storage_path } },
      });
    });
  }

  async finish(
    actor: Actor,
    account: { username: string; email: string },
    passwordHash: string,
  ): Promise<SetupResultResponse['data']> {
    return this.dataSource.transaction(async (transaction) => {
      const server = serverOf(await lockOpen(transaction));
      if (!server) throw new ServerNotConfigured();
      const administrator = await this.accounts.createAdministrator(transaction, actor, account, passwordHash);
      await this.settings.setWithin(transaction, actor, StorageSettings.path, server.storage_path);
      await transaction.update(InstallationRow, { id: 1 }, { completedAt: () => 'now()' });
      await this.audit.record(transaction, actor, {
        action: SetupActions.completed,
        resourceId: 'installation',
        details: { administrator: administrator.username, server: server.name },
      });
      return { admin_user: administrator, server };
    });
  }
}

async function lockOpen(transaction: EntityManager): Promise<InstallationRow> {
  const row = await transaction.findOneOrFail(InstallationRow, {
    where: { id: 1 },
    lock: { mode: 'pessimistic_write' },
  });
  if (row.completedAt !== null) throw new SetupFinished();
  return row;
}
