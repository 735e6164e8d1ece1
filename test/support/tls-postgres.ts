import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { generate } from 'selfsigned';
import { type Binaries, findBinaries } from '../../libs/embedded-postgres/src/binaries.js';
import { chooseServerUser } from '../../libs/embedded-postgres/src/server-user.js';

/** Name and password of the one role. The password has characters that an address must encode. */
const ROLE = { user: 'kubarr', password: 'p@ss/w:rd' };

/** A PostgreSQL server that takes only encrypted connections, as a cluster's does. It answers to the name localhost. */
export class TlsPostgres {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly directory: string,
    private readonly binaries: Binaries,
    private readonly as: { uid?: number; gid?: number },
  ) {}

  static async start(): Promise<TlsPostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'kubarr-tls-'));
    await chmod(directory, 0o755);
    const user = await chooseServerUser(directory);
    const server = new TlsPostgres(await freePort(), directory, await findBinaries(directory, user), user);
    await server.initialize();
    await server.renewCertificate();
    await server.resume();
    await server.query('CREATE DATABASE kubarr');
    return server;
  }

  /** Starts it again after `pause`, on the same port. */
  async resume(): Promise<void> {
    const settings = {
      port: this.port,
      listen_addresses: 'localhost',
      unix_socket_directories: '',
      ssl: 'on',
      ssl_cert_file: join(this.directory, 'server.crt'),
      ssl_key_file: join(this.directory, 'server.key'),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.child = spawn(this.binaries.postgres, ['-D', this.data, ...flags], { ...this.options, stdio: 'ignore' });
    while (!(await this.query('SELECT 1').catch(() => undefined))) await delay(50);
  }

  /** Stops it, cutting every connection. */
  async pause(): Promise<void> {
    if (!this.child) return;
    this.child.kill('SIGINT');
    await once(this.child, 'exit');
    this.child = undefined;
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

  /** As one address. */
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
    const { uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0 } = this.as;
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
    await this.pause();
    await rm(this.directory, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.directory, 'data');
  }

  private get options() {
    return { ...this.as, cwd: '/', env: { LC_ALL: 'C' } };
  }

  private async initialize(): Promise<void> {
    await mkdir(this.data, { mode: 0o700 });
    const { uid, gid = uid } = this.as;
    if (uid !== undefined && gid !== undefined) await chown(this.data, uid, gid);
    const passwordFile = join(this.directory, 'password');
    await writeFile(passwordFile, ROLE.password);
    await chmod(passwordFile, 0o644);
    const flags = ['-U', ROLE.user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const made = spawnSync(this.binaries.initdb, ['-D', this.data, ...flags, ...locale], this.options);
    if (made.status !== 0) throw new Error(made.stderr.toString());
    await writeFile(
      join(this.data, 'pg_hba.conf'),
      'hostssl all all all scram-sha-256\nhostnossl all all all reject\n',
    );
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
