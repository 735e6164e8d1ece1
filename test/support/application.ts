import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DatabaseConnection, type DatabaseTarget } from '@kubarr/platform/database';
import { PasswordHasher } from '@kubarr/platform/secrets';
import { silentLog } from '@kubarr/platform/telemetry';
import { SetupAccess } from '@kubarr/setup';
import { DataSource } from 'typeorm';
import { createServer } from '../../apps/server/src/lifecycle/create-server.js';
import { migrations } from '../../migrations/index.js';
import { Browser } from './browser.js';
import { createTestDatabase, findSetUpTemplate, type TestDatabase } from './test-database.js';
import { loadServerConfig } from '../../apps/server/src/server-config.js';

/** The administrator that `setUp` makes. */
export const ADMINISTRATOR = { username: 'admin', email: 'admin@home.example', password: 'correct horse battery' };

/** One secret key for all: what one application has sealed or signed is read by its clones. */
const SECRET_KEY = Buffer.alloc(32, 1);

/** The whole server on a database of its own, listening on a free port. */
export class TestApplication {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    /** The storage root: a real, empty directory. */
    readonly storage: string,
    readonly target: DatabaseTarget,
    private readonly administratorCookies: Readonly<Record<string, string>>,
    private readonly cleanUp: () => Promise<void>,
  ) {}

  /**
   * An application after its first run.
   * @param environment Variables on top of the defaults.
   * @param beside Another application whose database, key and storage are shared: a second replica.
   */
  static async start(environment: Record<string, string> = {}, beside?: TestApplication): Promise<TestApplication> {
    if (beside) {
      const { target, administratorCookies: cookies } = beside;
      return this.launch({ target, drop: () => Promise.resolve() }, environment, {
        cookies,
        sharedStorage: beside.storage,
      });
    }
    const { name, cookies } = await findSetUpTemplate(async (target) => {
      const application = await this.launch({ target, drop: () => Promise.resolve() }, {});
      const browser = await application.finishSetup();
      // The clones take their storage root from the environment: each has a directory of its own.
      await application.dataSource.query("DELETE FROM system_settings WHERE key = 'storage_path'");
      await application.close();
      return Object.fromEntries(browser.cookies);
    });
    return this.launch(await createTestDatabase({ template: name }), environment, { cookies });
  }

  /** An application before its first run. */
  static async startEmpty(environment: Record<string, string> = {}): Promise<TestApplication> {
    return this.launch(await createTestDatabase(), environment);
  }

  /**
   * An application on a database that was made elsewhere; closing the application drops it.
   * @param fill Puts files into the storage root before the start.
   */
  static startOn(
    database: TestDatabase,
    environment: Record<string, string> = {},
    fill: (storage: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<TestApplication> {
    return this.launch(database, environment, { fill });
  }

  private static async launch(
    { target, drop }: TestDatabase,
    environment: Record<string, string>,
    {
      cookies = {},
      sharedStorage,
      fill,
    }: {
      cookies?: Readonly<Record<string, string>>;
      sharedStorage?: string;
      fill?: (storage: string) => Promise<void>;
    } = {},
  ): Promise<TestApplication> {
    const directory = await mkdtemp(join(tmpdir(), 'kubarr-application-'));
    const storage = sharedStorage ?? join(directory, 'data');
    await mkdir(storage, { recursive: true });
    await fill?.(storage);
    const config = loadServerConfig({
      KUBARR_HOST: '127.0.0.1',
      KUBARR_PORT: '0',
      KUBARR_STATE_DIR: directory,
      KUBARR_STORAGE_PATH: storage,
      ...environment,
    });
    const app = await createServer({
      config,
      log: silentLog(),
      secretKey: SECRET_KEY,
      database: { target, directTarget: target, migrations },
    });
    await app.listen(0, '127.0.0.1');
    await app.get(DatabaseConnection).whenReady();
    return new TestApplication(app, await app.getUrl(), storage, target, cookies, async () => {
      await app.close();
      await drop();
      await rm(directory, { recursive: true, force: true });
    });
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }

  /** A new browser, signed in nowhere. */
  browser(headers: Record<string, string> = {}): Browser {
    return new Browser(this.url, headers);
  }

  /** The token that a person would read from the printed address. */
  async setupToken(): Promise<string> {
    return (await this.app.get(SetupAccess).token()) ?? '';
  }

  /** A browser that is signed in as the administrator since the first run. */
  administrator(): Browser {
    const browser = this.browser();
    for (const [name, value] of Object.entries(this.administratorCookies)) browser.cookies.set(name, value);
    return browser;
  }

  /** Finishes the first run over HTTP and returns a browser that is signed in as the administrator. */
  async finishSetup(): Promise<Browser> {
    const browser = this.browser({ 'x-setup-token': await this.setupToken() });
    await expectOk(browser.post('/api/setup/server', { name: 'Home', storage_path: this.storage }));
    const { username, email, password } = ADMINISTRATOR;
    await expectOk(
      browser.post('/api/setup/initialize', { admin_username: username, admin_email: email, admin_password: password }),
    );
    return this.signIn(ADMINISTRATOR);
  }

  async signIn(
    { username, password }: { username: string; password: string },
    browser = this.browser(),
  ): Promise<Browser> {
    await expectOk(browser.post('/auth/login', { username, password }));
    return browser;
  }

  /** An account as an administrator would make it, straight in the database, with the roles named. */
  async addUser(
    username: string,
    roles: readonly string[] = [],
    password = ADMINISTRATOR.password,
  ): Promise<{ id: number; username: string; password: string }> {
    const hash = await this.app.get(PasswordHasher).hash(password);
    const [{ id }] = await this.dataSource.query<[{ id: number }]>(
      'INSERT INTO users (username, email, password_hash, is_approved) VALUES ($1, $2, $3, true) RETURNING id',
      [username, `${username}@home.example`, hash],
    );
    await this.dataSource.query(
      'INSERT INTO user_roles (user_id, role_id) SELECT $1, id FROM roles WHERE name = ANY ($2)',
      [id, roles],
    );
    return { id, username, password };
  }

  async close(): Promise<void> {
    await this.cleanUp();
  }
}

async function expectOk(answer: Promise<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await answer;
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${text}`);
}
