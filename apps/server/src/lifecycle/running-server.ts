import { randomBytes } from 'node:crypto';
import { type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config } from '@kubarr/platform/config';
import { HttpConfig } from '@kubarr/platform/http';
import { SecretsConfig } from '@kubarr/platform/secrets';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@kubarr/embedded-postgres';
import { DatabaseConnection, type DatabaseOptions, DatabaseConfig } from '@kubarr/platform/database';
import { lockStateDirectory, type StateDirectory, StateConfig } from '@kubarr/platform/state';
import { type Log } from '@kubarr/platform/telemetry';
import { Installation, SetupAccess } from '@kubarr/setup';
import { migrations } from '../../../../migrations/index.js';
import { EmbeddedRestarts } from './embedded-restarts.js';
import { createServer } from './create-server.js';
import { PortTaken } from './lifecycle.errors.js';

/** Name of the file in the state directory with the generated secret key. */
export const SECRET_KEY_FILE = 'secret.key';

/** Longest time that open requests may take to end after SIGTERM, in milliseconds. */
const DRAIN_MS = 8_000;

/** The resources of the process, in the order of their creation; `stop` releases them in reverse. */
export class RunningServer {
  private constructor(
    readonly app: NestFastifyApplication,
    private readonly config: Config,
    private readonly state: StateDirectory,
    private readonly embedded: EmbeddedRestarts | undefined,
  ) {}

  /** @throws KubarrError naming the cause. */
  static async start(config: Config, log: Log): Promise<RunningServer> {
    const state = await lockStateDirectory(config.get(StateConfig).directory, { pid: process.pid });
    let embedded: EmbeddedPostgres | undefined;
    try {
      const secretKey =
        config.get(SecretsConfig).secretKey ?? (await state.readOrCreateFile(SECRET_KEY_FILE, () => randomBytes(32)));
      embedded = config.get(DatabaseConfig).target ? undefined : await startEmbeddedPostgres({ directory: state.path });
      const app = await createServer({ config, log, secretKey, database: databaseOptions(config, embedded) });
      try {
        await listen(app, config);
      } catch (error) {
        await app.close();
        throw error;
      }
      const watch = embedded && new EmbeddedRestarts(embedded, state.path, log);
      const running = new RunningServer(app, config, state, watch);
      state.setAddress({ address: running.address });
      return running;
    } catch (error) {
      await embedded?.stop();
      await state.release();
      throw error;
    }
  }

  /** URL for people. */
  get address(): string {
    const { publicUrl, host } = this.config.get(HttpConfig);
    const { port } = this.app.getHttpServer().address() as AddressInfo;
    return publicUrl ?? `http://${browsableHost(host)}:${port}`;
  }

  /**
   * What to show when the database is reached for the first time; the setup address only until there is an
   * administrator.
   */
  async startupFacts(): Promise<{ address: string; stateDirectory: string; setupAddress?: string }> {
    await this.app.get(DatabaseConnection).whenReady();
    const facts = { address: this.address, stateDirectory: this.state.path };
    if (await this.app.get(Installation).isComplete()) return facts;
    const token = await this.app.get(SetupAccess).token();
    return { ...facts, setupAddress: `${this.address}/setup${token === undefined ? '' : `?token=${token}`}` };
  }

  /** Ends requests, pool and database in this order. Closes open downloads after {@link DRAIN_MS}. */
  async stop(): Promise<void> {
    const cut = setTimeout(() => this.app.getHttpServer().closeAllConnections(), DRAIN_MS);
    await this.app.close();
    clearTimeout(cut);
    await this.embedded?.stop();
    await this.state.release();
  }
}

/** The database as configured, or the embedded one. */
export function databaseOptions(config: Config, embedded: EmbeddedPostgres | undefined): DatabaseOptions {
  const database = config.get(DatabaseConfig);
  const target = embedded?.target ?? database.target;
  if (!target) throw new Error('neither an external nor an embedded database');
  return { target, directTarget: embedded?.target ?? database.directTarget ?? target, migrations };
}

async function listen(app: NestFastifyApplication, config: Config): Promise<void> {
  const http = config.get(HttpConfig);
  try {
    await app.listen(http.port, http.host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new PortTaken(http.host, http.port, code, error);
    throw error;
  }
}

/** An address to type into a browser: a wildcard listens everywhere, so the first address of this machine is shown. */
function browsableHost(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host;
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return addresses.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? 'localhost';
}
