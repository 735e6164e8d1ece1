import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SYSTEM } from '@kubarr/access';
import { AuditModule } from '@kubarr/audit';
import { DatabaseConnection } from '@kubarr/platform/database';
import { SecretsModule } from '@kubarr/platform/secrets';
import { SettingCatalogue, SettingsModule } from '@kubarr/settings';
import { StorageSettings } from '@kubarr/storage';
import { UsersModule } from '@kubarr/users';
import { DataSource } from 'typeorm';
import { jobModules } from '../../../test/support/job-modules.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { FirstRun } from './first-run.js';
import { InstallationRow } from './installation.entity.js';
import { ServerNotConfigured, SetupFinished } from './setup.errors.js';

const SERVER = { name: 'Home', storage_path: '/data' };

@Global()
@Module({
  providers: [{ provide: SettingCatalogue, useValue: new SettingCatalogue([StorageSettings]) }],
  exports: [SettingCatalogue],
})
class DeclarationsModule {}

describe('FirstRun', () => {
  let database: TestDatabase;
  let app: TestingModule;

  beforeEach(async () => {
    database = await createTestDatabase();
    app = await Test.createTestingModule({
      imports: [
        ...jobModules(database.target, false),
        SecretsModule.forRoot(Buffer.alloc(32, 1)),
        DeclarationsModule,
        AuditModule,
        SettingsModule,
        UsersModule,
        TypeOrmModule.forFeature([InstallationRow]),
      ],
      providers: [FirstRun],
    }).compile();
    await app.init();
    await app.get(DatabaseConnection).whenReady();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const finish = (username: string): Promise<unknown> =>
    app.get(FirstRun).finish(SYSTEM, { username, email: `${username}@home.example` }, 'none');
  const column = async (statement: string): Promise<unknown[]> =>
    (await app.get(DataSource).query<{ value: unknown }[]>(statement)).map(({ value }) => value);

  it('makes no administrator before the server has a name and a storage path', async () => {
    await expect(finish('anna')).rejects.toThrow(ServerNotConfigured);
    expect(await column('SELECT username AS value FROM users')).toEqual([]);
  });

  it('makes one administrator when two finish at the same time', async () => {
    await app.get(FirstRun).configureServer(SYSTEM, SERVER);
    const outcomes = await Promise.allSettled([finish('anna'), finish('berta')]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => reason as unknown)).toEqual([expect.any(SetupFinished)]);
    expect(await column('SELECT username AS value FROM users')).toHaveLength(1);
    expect(await column("SELECT value FROM system_settings WHERE key = 'storage_path'")).toEqual(['/data']);
    expect(await column("SELECT action AS value FROM audit_logs WHERE action = 'setup_completed'")).toHaveLength(1);
  });

  it('changes nothing after its end', async () => {
    await app.get(FirstRun).configureServer(SYSTEM, SERVER);
    await finish('anna');
    const late = app.get(FirstRun).configureServer(SYSTEM, { name: 'Other', storage_path: '/other' });
    await expect(late).rejects.toThrow(SetupFinished);
    expect(await column('SELECT server_name AS value FROM installation')).toEqual(['Home']);
  });
});
