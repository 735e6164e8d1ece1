import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { Accounts } from '@kubarr/users';
import { randomBytes } from 'node:crypto';
import { SystemComponents } from './system-components.js';
import { Installation } from './installation.js';
import { FirstRun } from './first-run.js';
import { serverOf } from './installation.entity.js';
import {
  type GeneratedCredentialsResponse,
  type ConfigureServerRequest,
  type ServerResponse,
  type InitializeSetupRequest,
  type SetupRequiredResponse,
  type SetupResultResponse,
  type SetupStatusResponse,
} from './setup.dto.js';
import { ServerNotConfigured } from './setup.errors.js';
import { StorageRootPicker } from './storage-root-picker.js';

/** The steps of the first run. */
@Injectable()
export class SetupService {
  constructor(
    private readonly installation: Installation,
    private readonly components: SystemComponents,
    private readonly picker: StorageRootPicker,
    private readonly firstRun: FirstRun,
    private readonly accounts: Accounts,
  ) {}

  async required(): Promise<SetupRequiredResponse> {
    return {
      setup_required: await this.installation.isSetupRequired(),
      database_pending: this.installation.isDatabasePending,
    };
  }

  async status(): Promise<SetupStatusResponse> {
    const { serverName, storagePath, completedAt } = await this.installation.row();
    return {
      setup_required: completedAt === null,
      bootstrap_complete: this.components.status().complete,
      server_configured: serverName !== null,
      admin_user_exists: completedAt !== null,
      storage_configured: storagePath !== null,
    };
  }

  async server(): Promise<ServerResponse | null> {
    return serverOf(await this.installation.row());
  }

  async configureServer(actor: Actor, { name, storage_path }: ConfigureServerRequest): Promise<ServerResponse> {
    const storagePath = await this.picker.prepare(storage_path);
    const config = { name: name.trim() || 'Kubarr', storage_path: storagePath };
    await this.firstRun.configureServer(actor, config);
    return config;
  }

  /** Makes the first administrator and closes the setup, once: of two calls at the same time one is refused. */
  async initialize(
    actor: Actor,
    { admin_username, admin_email, admin_password }: InitializeSetupRequest,
  ): Promise<SetupResultResponse> {
    const account = { username: admin_username.trim(), email: admin_email.trim(), password: admin_password };
    const fields = { username: 'admin_username', email: 'admin_email', password: 'admin_password' };
    if (serverOf(await this.installation.row()) === null) throw new ServerNotConfigured();
    const passwordHash = await this.accounts.validateAndHash(account, fields);
    const data = await this.firstRun.finish(actor, account, passwordHash);
    return { success: true, message: 'The setup is finished', data };
  }

  suggestCredentials(): GeneratedCredentialsResponse {
    return {
      admin_username: 'admin',
      admin_email: 'admin@example.com',
      admin_password: randomBytes(16).toString('hex'),
    };
  }
}
