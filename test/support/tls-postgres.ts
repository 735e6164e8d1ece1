import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { generate } from 'selfsigned';
import { findBinaries } from '../../libs/platform/src/database/embedded/binaries.js';
import { chooseServerUser } from '../../libs/platform/src/database/embedded/server-user.js';

/** Name and password of the one role. The password has characters that an address must encode. */
const ROLE = { user: 'kubarr', password: 'p@ss/w:rd' };

/** A PostgreSQL server that takes only encrypted connections, as a cluster's does. It answers to the name localhost. */
export class TlsPostgres {
  private constructor(
    readonly port: number,
    private readonly directory: string,
    private readonly uid: { uid?: number; gid?: number },
    private readonly stopServer: () => Promise<void>,
  ) {}

  static async start(): Promise<TlsPostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'kubarr-tls-'));
    await chmod(directory, 0o755);
    const data = join(directory, 'data');
    const user = await chooseServerUser(data);
    const binaries = await findBinaries(directory, user);
    const as = { ...user, cwd: '/', env: { LC_ALL: 'C' } };
    await mkdir(data, { mode: 0o700 });
    if (user.uid !== undefined) await chown(data, user.uid, user.gid ?? user.uid);
    const passwordFile = join(directory, 'password');
    await writeFile(passwordFile, ROLE.password);
    await chmod(passwordFile, 0o644);
    const made = spawnSync(
      binaries.initdb,
      [
        '-D',
        data,
        '-U',
        ROLE.user,
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      as,
    );
    if (made.status !== 0) throw new Error(made.stderr.toString());
    await writeFile(join(data, 'pg_hba.conf'), 'hostssl all all all scram-sha-256\nhostnossl all all all reject\n');
    const port = await freePort();
    const unstarted = new TlsPostgres(port, directory, user, () => Promise.resolve());
    await unstarted.renewCertificate();
    const settings = {
      port,
      listen_addresses: 'localhost',
      unix_socket_directories: '',
      ssl: 'on',
      ssl_cert_file: join(directory, 'server.crt'),
      ssl_key_file: join(directory, 'server.key'),
    };
    const child = spawn(
      binaries.postgres,
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...as, stdio: 'ignore' },
    );
    const server = new TlsPostgres(port, directory, user, async () => {
      child.kill('SIGINT');
      await once(child, 'exit');
    });
    while (!(await server.query('SELECT 1').catch(() => undefined))) await delay(50);
    await server.query('CREATE DATABASE kubarr');
    return server;
  }

  /** The certificate, which is its own authority. */
  get caFile(): string {
    return join(this.directory, 'ca.crt');
  }

  /** Variables that name this server, apart from how it is verified. */
  get variables(): Record<string, string> {
    return {
      KUBARR_DB_HOST: 'localhost',
      KUBARR_DB_PORT: String(this.port),
      KUBARR_DB_USER: ROLE.user,
      KUBARR_DB_PASSWORD: ROLE.password,
      KUBARR_DB_NAME: 'kubarr',
    };
  }

  /** The same as one address. */
  get url(): string {
    return `postgres://${ROLE.user}:${encodeURIComponent(ROLE.password)}@localhost:${this.port}/kubarr`;
  }

  /** A new key and certificate; takes effect for new connections after a reload. */
  async renewCertificate(): Promise<void> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    const { uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0 } = this.uid;
    for (const [name, text, mode] of [
      ['server.key', key, 0o600],
      ['server.crt', cert, 0o644],
      ['ca.crt', cert, 0o644],
    ] as const) {
      const file = join(this.directory, name);
      await rm(file, { force: true });
      await writeFile(file, text, { mode });
      await chown(file, uid, gid);
    }
  }

  async query(statement: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({
      host: 'localhost',
      port: this.port,
      ...ROLE,
      database: 'postgres',
      ssl: { rejectUnauthorized: false },
    });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.stopServer();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
