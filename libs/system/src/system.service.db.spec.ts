import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseConnection } from '@kubarr/platform/database';
import { HealthRegistry } from '@kubarr/platform/health';
import { Installation } from '@kubarr/setup';
import { DataSource } from 'typeorm';
import { jobModules } from '../../../test/support/job-modules.js';
import { reaches } from '../../../test/support/reaches.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { InstallationRow } from '../../setup/src/installation.entity.js';
import { NotReady } from './system.errors.js';
import { SystemService } from './system.service.js';

describe('SystemService', () => {
  let database: TestDatabase;
  let app: TestingModule;

  beforeEach(async () => {
    database = await createTestDatabase();
    app = await Test.createTestingModule({
      imports: [...jobModules(database.target, false), TypeOrmModule.forFeature([InstallationRow])],
      providers: [Installation, SystemService],
    }).compile();
    await app.init();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const service = (): SystemService => app.get(SystemService);
  const register = (name: string, isCritical: boolean, message: string): void =>
    app.get(HealthRegistry).register({ name, isCritical, check: () => Promise.reject(new Error(message)) });

  it('is ready with a connected and migrated database', async () => {
    await app.get(DatabaseConnection).whenReady();
    expect(await service().readiness()).toEqual({
      status: 'ok',
      details: {
        database: { status: 'up', message: 'ok' },
        migrations: { status: 'up', message: 'ok' },
        listener: { status: 'up', message: 'ok' },
      },
    });
  });

  it('is degraded by a part that is not critical', async () => {
    await app.get(DatabaseConnection).whenReady();
    register('disk', false, 'Mount the disk.');
    expect(await service().readiness()).toMatchObject({
      status: 'degraded',
      details: { database: { status: 'up' }, disk: { status: 'degraded', message: 'Mount the disk.' } },
    });
  });

  it('is not ready without a critical part, and names only the critical ones that failed', async () => {
    await app.get(DatabaseConnection).whenReady();
    register('disk', false, 'Mount the disk.');
    register('key', true, 'Restore the key.');
    const error = await service()
      .readiness()
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(NotReady);
    expect(error).toMatchObject({ issues: [{ path: 'key', message: 'Restore the key.' }] });
  });

  it('asks for the setup until the first run has ended', async () => {
    await app.get(DatabaseConnection).whenReady();
    expect(await service().health()).toEqual({ status: 'ok', ready: false, setup_required: true });
    await app.get(DataSource).query('UPDATE installation SET completed_at = now()');
    expect(await service().health()).toEqual({ status: 'ok', ready: true, setup_required: false });
  });

  it('is not ready while the database is away, and sends nobody to the setup', async () => {
    await app.get(DatabaseConnection).whenReady();
    await database.drop();
    await reaches(() => app.get(Installation).isDatabasePending);
    await expect(service().readiness()).rejects.toMatchObject({
      issues: expect.arrayContaining([expect.objectContaining({ path: 'database' })]),
    });
    expect(await service().health()).toEqual({ status: 'ok', ready: false, setup_required: false });
  });

  it('tells its version', () => {
    expect(service().version()).toMatchObject({ version: expect.stringMatching(/^\d/), backend: 'node' });
  });
});
