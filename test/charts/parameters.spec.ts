import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { generate } from 'selfsigned';
import { findBinaries } from '../../libs/embedded-postgres/src/binaries.js';
import { chooseServerUser } from '../../libs/embedded-postgres/src/server-user.js';
import { describeWith, find, HELM_4, POSTGRES_17, rendered } from '../support/cluster-tools.js';
import { freePort } from '../support/tls-postgres.js';
import { reaches } from '../support/reaches.js';

const PROFILES = ['pi', 'mini', 'ha'];
const VERSIONS = [
  ['17', POSTGRES_17],
  ['18', undefined], // the one that the product brings along
] as const;

interface ClusterSpec {
  readonly postgresql: { readonly parameters: Record<string, string>; readonly pg_hba: readonly string[] };
  readonly bootstrap: { readonly initdb: { readonly postInitApplicationSQL: readonly string[] } };
}

const clusterOf = (profile: string, version: string): ClusterSpec => {
  const image = `imageName=ghcr.io/cloudnative-pg/postgresql:${version}.4-minimal-trixie`;
  const words = ['--values', `charts/kubarr-database/profiles/${profile}.yaml`, '--set', image];
  return find(rendered('kubarr-database', words), 'Cluster')['spec'] as ClusterSpec;
};

/** The parameters of a Cluster for these binaries, which were built without lz4; Debian's, and so the operator's, have it. */
const parametersFor = ({ postgresql }: ClusterSpec): [string, string][] =>
  Object.entries(postgresql.parameters).map(([name, value]) => [name, value === 'lz4' ? 'pglz' : value]);

/** A server with the parameters and access rules of a Cluster, as its operator would start it. */
class ClusterServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    private readonly port: number,
  ) {}

  static async start(spec: ClusterSpec, version: string, installed: string | undefined): Promise<ClusterServer> {
    const directory = await mkdtemp(join(tmpdir(), 'kubarr-parameters-'));
    const as = await chooseServerUser(directory);
    const { uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0 } = as;
    await chmod(directory, 0o755);
    const binaries = await findBinaries(directory, as, installed);
    expect(binaries.majorVersion).toBe(version);
    const data = join(directory, 'data');
    const sockets = join(directory, 's');
    for (const folder of [data, sockets]) {
      await mkdir(folder, { mode: 0o700 });
      await chown(folder, uid, gid);
    }
    const options = { ...as, cwd: '/', env: { LC_ALL: 'C' } };
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums', '--encoding=UTF8'];
    const made = spawnSync(binaries.initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', ...locale], options);
    if (made.status !== 0) throw new Error(made.stderr.toString());

    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
    await writeFile(join(data, 'server.key'), key, { mode: 0o600 });
    await writeFile(join(data, 'server.crt'), cert);
    for (const name of ['server.key', 'server.crt']) await chown(join(data, name), uid, gid);
    // The operator has its socket; everybody else comes by the rules of the Cluster.
    await writeFile(join(data, 'pg_hba.conf'), ['local all all trust', ...spec.postgresql.pg_hba, ''].join('\n'));
    const parameters = parametersFor(spec);
    const port = await freePort();
    const own = { port: String(port), listen_addresses: 'localhost', unix_socket_directories: sockets, ssl: 'on' };
    const lines = [...parameters, ...Object.entries(own)].map(([name, value]) => `${name} = '${value}'`);
    // Any pg_stat_statements setting makes the operator load it.
    lines.push("shared_preload_libraries = 'pg_stat_statements'", '');
    await appendFile(join(data, 'postgresql.conf'), `\n${lines.join('\n')}`);

    let output = '';
    const child = spawn(binaries.postgres, ['-D', data], { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const server = new ClusterServer(child, directory, port);
    await reaches(async () => {
      if (child.exitCode !== null) throw new Error(output);
      return server.administer('SELECT 1').catch(() => undefined);
    }).catch(async (error: unknown) => {
      await server.stop();
      throw new Error(`PostgreSQL did not answer: ${output}`, { cause: error });
    });
    return server;
  }

  administer(statement: string, database = 'postgres'): Promise<Record<string, any>[]> {
    return query({ host: join(this.directory, 's'), port: this.port, user: 'postgres', database }, statement);
  }

  /** As the program would come in, over the network. */
  asOwner(statement: string, ssl: boolean): Promise<Record<string, any>[]> {
    const login = { user: 'kubarr', password: 'secret', database: 'kubarr' };
    const tls = ssl ? { ssl: { rejectUnauthorized: false } } : {};
    return query({ host: 'localhost', port: this.port, ...login, ...tls }, statement);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGINT');
      await ended;
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function query(config: pg.ClientConfig, statement: string): Promise<Record<string, any>[]> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query<Record<string, any>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describeWith({ 'Helm 4': HELM_4, 'PostgreSQL 17': POSTGRES_17 })('On a real PostgreSQL', () => {
  describe.each(VERSIONS)('%s', (version, installed) => {
    it.each(PROFILES)('the parameters and access rules of profile %s hold', async (profile) => {
      const spec = clusterOf(profile, version);
      const server = await ClusterServer.start(spec, version, installed);
      try {
        expect(await server.administer('SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL')).toEqual([]);
        // Nothing is overruled by a later line or rounded to something else.
        const inForce = await server.administer(
          'SELECT name, setting, current_setting(name) AS shown FROM pg_settings',
        );
        for (const [name, wanted] of parametersFor(spec)) {
          const found = inForce.find((each) => each['name'] === name);
          expect([name, [found?.['shown'], found?.['setting']]]).toEqual([name, expect.arrayContaining([wanted])]);
        }

        await server.administer("CREATE ROLE kubarr LOGIN PASSWORD 'secret'");
        await server.administer('CREATE DATABASE kubarr OWNER kubarr');
        for (const statement of spec.bootstrap.initdb.postInitApplicationSQL)
          await server.administer(statement, 'kubarr');
        const timeouts = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
        const shown = timeouts.map((name) => `current_setting('${name}') AS ${name}`);
        expect(await server.asOwner(`SELECT ${shown.join(', ')}, lower('É') AS lower`, true)).toEqual([
          {
            statement_timeout: '30s',
            lock_timeout: '5s',
            idle_in_transaction_session_timeout: '1min',
            lower: 'é',
          },
        ]);
        await expect(server.asOwner('SELECT 1', false)).rejects.toThrow(/no encryption|pg_hba/);
        await server.administer('CREATE EXTENSION pg_stat_statements', 'kubarr');
      } finally {
        await server.stop();
      }
    });
  });
});
