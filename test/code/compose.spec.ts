import { Ajv2020 } from 'ajv/dist/2020.js';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { VARIABLES } from '../../apps/server/src/areas.js';
import { read, ROOT } from '../support/sources.js';

interface Service {
  readonly image: string;
  readonly environment?: Record<string, string>;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: object;
}
interface Compose {
  readonly services: Record<string, Service>;
  readonly volumes: object;
  readonly secrets: Record<string, { readonly file: string }>;
}

const compose = parse(read('docker-compose.yml')) as Compose;
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose Specification', () => {
    const schema = JSON.parse(read('test/support/schemas/compose-spec.json')) as object;
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { kubarr: { imag: 'x' } } })).toBe(false);
  });

  it('pins every image, watches every service, and names every volume and secret', () => {
    for (const [name, { image, healthcheck, volumes = [], secrets = [] }] of services) {
      expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+/)]);
      expect([name, healthcheck]).toEqual([name, expect.anything()]);
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
      for (const secret of secrets) expect(compose.secrets).toHaveProperty(secret);
    }
    expect(services.filter(([, { profiles }]) => profiles).map(([name]) => name)).toEqual(['prometheus', 'grafana']);
  });

  it('gives Kubarr variables that it knows, and secrets by file only', () => {
    for (const name of Object.keys(compose.services['kubarr']?.environment ?? {})) {
      const variable = VARIABLES.find((each) => each.name === name.replace(/_FILE$/, ''));
      expect([name, variable?.name]).toEqual([name, name.replace(/_FILE$/, '')]);
      expect([name, variable?.isSecret ?? false]).toEqual([name, name.endsWith('_FILE')]);
    }
    expect(read('docker-compose.yml')).not.toMatch(/PASSWORD: /);
    expect(read('.gitignore')).toMatch(/^secrets\/$/m);
  });

  it('calls the database healthy only when it takes connections over the network', () => {
    expect(compose.services['database']?.healthcheck).toMatchObject({
      test: expect.arrayContaining(['pg_isready', '--host=127.0.0.1']),
    });
  });

  it('tells to make exactly the secrets that it reads, where its users can read them', () => {
    const files = Object.values(compose.secrets).map(({ file }) => basename(file));
    for (const page of ['docker-compose.yml', 'docs/install.md']) {
      const [, names = ''] = /for name in (.*?); do .*> secrets\/\$name; done/.exec(read(page)) ?? [];
      expect([page, names.split(' ').sort()]).toEqual([page, files.sort()]);
      expect(read(page)).toMatch(/mkdir -m 700 secrets[^]*chmod 644 secrets\/\*/);
    }
  });

  it('reads the figures where Kubarr shows them', () => {
    const port = compose.services['kubarr']?.environment?.['KUBARR_METRICS_PORT'];
    expect(parse(read('compose/prometheus.yml'))).toMatchObject({
      scrape_configs: [
        { static_configs: [{ targets: [`kubarr:${port}`], labels: { namespace: expect.any(String) } }] },
      ],
    });
  });

  it('has the version that the chart installs', () => {
    const chart = parse(read('charts/kubarr/Chart.yaml')) as { version: string; appVersion: string };
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(chart.appVersion).toBe(version);
    expect(compose.services['kubarr']?.image).toBe(`ghcr.io/kubarr/kubarr:${version}`);
  });
});
