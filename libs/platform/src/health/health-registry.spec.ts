import { HealthIndicatorService } from '@nestjs/terminus';
import { HealthRegistry } from './health-registry.js';

describe('HealthRegistry', () => {
  let registry: HealthRegistry;
  beforeEach(() => {
    registry = new HealthRegistry(new HealthIndicatorService());
  });

  it('reports a critical part that fails as down, another one as degraded, with its sentence', async () => {
    const fail = () => {
      throw new Error('Mount the disk.');
    };
    registry.register({ name: 'database', isCritical: true, check: fail });
    registry.register({ name: 'storage', isCritical: false, check: fail });
    registry.register({ name: 'listener', isCritical: true, check: () => undefined });
    expect(await registry.run()).toEqual([
      { name: 'database', isCritical: true, status: 'down', message: 'Mount the disk.' },
      { name: 'storage', isCritical: false, status: 'degraded', message: 'Mount the disk.' },
      { name: 'listener', isCritical: true, status: 'up', message: 'ok' },
    ]);
  });

  it('describes parts to the doctor alone, and runs the checks of each reader', async () => {
    const check = () => undefined;
    registry.register({ name: 'storage', isCritical: false, check, describe: () => '/srv/media' });
    registry.register({ name: 'listener', isCritical: true, reader: 'server', check });
    registry.register({ name: 'seal', isCritical: false, reader: 'doctor', check, describe: () => 'none yet' });
    const messages = async (reader: 'server' | 'doctor') =>
      (await registry.run(reader)).map(({ name, message }) => `${name}: ${message}`);
    expect(await messages('server')).toEqual(['storage: ok', 'listener: ok']);
    expect(await messages('doctor')).toEqual(['storage: /srv/media', 'seal: none yet']);
  });

  it('fails a description that throws', async () => {
    const describe = () => Promise.reject(new Error('PostgreSQL 14 is not supported.'));
    registry.register({ name: 'database', isCritical: true, check: () => undefined, describe });
    expect(await registry.run('doctor')).toMatchObject([
      { status: 'down', message: 'PostgreSQL 14 is not supported.' },
    ]);
  });

  it('does not start a check again that hangs', async () => {
    let started = 0;
    let end = (): void => undefined;
    registry.register({
      name: 'storage',
      isCritical: false,
      check: () => new Promise((resolve) => (started++, (end = resolve))),
    });
    const [first, second] = await Promise.all([registry.run(), registry.run()]);
    expect(first).toMatchObject([{ status: 'degraded', message: expect.stringMatching(/1000/) }]);
    expect(second).toEqual(first);
    expect(started).toBe(1);
    end();
    const third = registry.run();
    await new Promise(setImmediate);
    end();
    expect(await third).toMatchObject([{ status: 'up' }]);
  });
});
