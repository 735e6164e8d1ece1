import { HttpConfig } from '@kubarr/platform/http';
import { InvalidEnvironment } from '@kubarr/platform/config';
import { SecretsConfig } from '@kubarr/platform/secrets';
import { StateConfig } from '@kubarr/platform/state';
import { BuildConfig } from '@kubarr/platform/telemetry';
import { SetupConfig } from '@kubarr/setup';
import { SignInConfig } from '@kubarr/sign-in';
import { StorageConfig } from '@kubarr/storage';
import { VARIABLES } from './areas.js';
import { loadServerConfig } from './server-config.js';

describe('loadServerConfig', () => {
  it('needs nothing: defaults for a person who runs it at home', () => {
    const config = loadServerConfig({ KUBARR_STATE_DIR: 'state' }, '/work');
    expect(config.get(HttpConfig)).toMatchObject({ host: '127.0.0.1', port: 8_000, trustedProxies: [] });
    expect(config.get(StateConfig).directory).toBe('/work/state');
    expect(config.get(StorageConfig).path).toBe('/work/state/data');
    expect(config.get(SignInConfig)).toEqual({ failuresPerAccount: 10, failuresPerAddress: 50 });
    expect(config.get(SetupConfig).token).toEqual({ mode: 'derived' });
    expect(config.get(BuildConfig).version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('listens everywhere and keeps files in /data when it runs in a pod', () => {
    const config = loadServerConfig({ KUBERNETES_SERVICE_HOST: '10.43.0.1' }, '/work');
    expect(config.get(HttpConfig).host).toBe('0.0.0.0');
    expect(config.get(StorageConfig).path).toBe('/data');
  });

  it('takes a secret key in hexadecimal and in base64', () => {
    const key = Buffer.alloc(32, 7);
    for (const encoding of ['hex', 'base64'] as const) {
      const config = loadServerConfig({ KUBARR_SECRET_KEY: key.toString(encoding) });
      expect(config.get(SecretsConfig).secretKey).toEqual(key);
    }
  });

  it('lists the bad variables of every area at once', () => {
    const environment = {
      KUBARR_PORT: '70000',
      KUBARR_SECRET_KEY: 'too-short',
      KUBARR_SETUP_TOKEN: 'short',
      KUBARR_METRICS_TOKEN: 'short',
      KUBARR_STORAGE_TRASH_DAYS: 'ten',
    };
    const names = (error: InvalidEnvironment): string[] => error.problems.map((problem) => problem.split(' ')[0] ?? '');
    try {
      loadServerConfig(environment);
      throw new Error('accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidEnvironment);
      expect(names(error as InvalidEnvironment).sort()).toEqual(Object.keys(environment).sort());
    }
  });

  it('has each variable once, aliases included', () => {
    const names = VARIABLES.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(names).toEqual([...new Set(names)]);
  });
});
