import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { SYSTEM } from '@kubarr/access';
import { AuditModule } from '@kubarr/audit';
import { DatabaseConnection } from '@kubarr/platform/database';
import { SecretsModule } from '@kubarr/platform/secrets';
import { DataSource } from 'typeorm';
import { jobModules } from '../../../test/support/job-modules.js';
import { reaches } from '../../../test/support/reaches.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { booleanSetting, SettingCatalogue } from './setting.js';
import { SettingNotFound, SettingValueNotAllowed, UnknownSetting } from './settings.errors.js';
import { Settings } from './settings.js';
import { SettingsModule } from './settings.module.js';
import { SettingsService } from './settings.service.js';

const Doors = {
  isOpen: booleanSetting('door_open', { default: true, description: 'The door is open' }),
  isPainted: booleanSetting('door_painted', { default: false, description: 'The door is painted', isPublic: false }),
};

@Global()
@Module({
  providers: [{ provide: SettingCatalogue, useValue: new SettingCatalogue([Doors]) }],
  exports: [SettingCatalogue],
})
class DeclarationsModule {}

describe('Settings', () => {
  let database: TestDatabase;
  const replicas: TestingModule[] = [];

  const startReplica = async (): Promise<TestingModule> => {
    const replica = await Test.createTestingModule({
      imports: [
        ...jobModules(database.target),
        SecretsModule.forRoot(Buffer.alloc(32, 1)),
        DeclarationsModule,
        AuditModule,
        SettingsModule,
      ],
    }).compile();
    await replica.init();
    await replica.get(DatabaseConnection).whenReady();
    replicas.push(replica);
    return replica;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    await startReplica();
    await startReplica();
  });
  beforeEach(() => replicas[0]?.get(DataSource).query('TRUNCATE system_settings, audit_logs'));
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await database.drop();
  });

  const settings = (replica = 0): Settings => replicas[replica]!.get(Settings);
  const service = (): SettingsService => replicas[0]!.get(SettingsService);
  const dataSource = (): DataSource => replicas[0]!.get(DataSource);

  it('answers the default until a value is stored, and for a stored text that is no longer allowed', async () => {
    await dataSource().query("INSERT INTO system_settings (key, value) VALUES ('door_painted', 'in green')");
    expect(await settings().getWithin(dataSource().manager, Doors.isOpen)).toBe(true);
    expect(await settings().getWithin(dataSource().manager, Doors.isPainted)).toBe(false);
  });

  it('shows a change at once where it was made, and soon on every other replica', async () => {
    expect(await settings(1).get(Doors.isOpen)).toBe(true);
    await settings().set(SYSTEM, Doors.isOpen, false);
    expect(await settings().get(Doors.isOpen)).toBe(false);
    await reaches(async () => !(await settings(1).get(Doors.isOpen)));
    await settings().set(SYSTEM, Doors.isOpen, true);
    await reaches(() => settings(1).get(Doors.isOpen));
  });

  it('records the old and the new value', async () => {
    await settings().set(SYSTEM, Doors.isOpen, false);
    const entries = await dataSource().query<unknown[]>(
      'SELECT action, resource_type, resource_id, details::json AS details FROM audit_logs ORDER BY id',
    );
    expect(entries).toEqual([
      {
        action: 'system_setting_changed',
        resource_type: 'system',
        resource_id: 'door_open',
        details: { setting: 'door_open', old: 'true', new: 'false' },
      },
    ]);
  });

  it('keeps nothing of a change whose transaction fails', async () => {
    const isOpen = await settings().get(Doors.isOpen);
    const failing = dataSource().transaction(async (transaction) => {
      await settings().setWithin(transaction, SYSTEM, Doors.isOpen, !isOpen);
      expect(await settings().getWithin(transaction, Doors.isOpen)).toBe(!isOpen);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await settings().get(Doors.isOpen)).toBe(isOpen);
    expect(await dataSource().query('SELECT count(*)::int AS count FROM audit_logs')).toEqual([{ count: 0 }]);
  });

  it('shows and changes public settings only', async () => {
    expect(Object.keys((await service().list()).settings)).toEqual(['door_open']);
    await expect(service().find('door_painted')).rejects.toThrow(SettingNotFound);
    await expect(service().change(SYSTEM, 'door_painted', 'true')).rejects.toThrow(UnknownSetting);
    await expect(service().change(SYSTEM, 'door_open', 'ajar')).rejects.toThrow(SettingValueNotAllowed);
    expect(await service().change(SYSTEM, 'door_open', ' No ')).toMatchObject({ key: 'door_open', value: 'false' });
  });
});
