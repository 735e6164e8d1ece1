import { type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { CacheRegistry } from '@kubarr/platform/cache';
import { PreparedStatements, ReplicaBus } from '@kubarr/platform/database';
import { PasswordHasher } from '@kubarr/platform/secrets';
import { MetricsRegistry } from '@kubarr/platform/telemetry';
import { Accounts, Profiles, SecondFactorHolders } from '@kubarr/users';
import { type DataSource } from 'typeorm';
import { Session } from '../../libs/auth/src/sessions/session.entity.js';
import { SigningKey } from '../../libs/auth/src/sessions/signing-key.entity.js';
import { Role } from '../../libs/users/src/roles/role.entity.js';
import { RoleAppPermission, RolePermission, UserRole } from '../../libs/users/src/roles/role-grants.entity.js';
import { User } from '../../libs/users/src/user.entity.js';
import { connectTo } from './test-data-source.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const ENTITIES = [Role, RoleAppPermission, RolePermission, Session, SigningKey, User, UserRole];

/** Accounts, profiles and what they need on a database of their own, without an application around them. */
export class RightsFixture {
  readonly bus = new ReplicaBus();
  readonly caches = new CacheRegistry(this.bus, new MetricsRegistry({ version: '1', channel: 'dev', commit: 'abc' }));
  readonly secondFactors = new SecondFactorHolders();
  readonly profiles: Profiles;
  readonly accounts: Accounts;
  readonly audit: AuditRecorder;

  private constructor(
    private readonly database: TestDatabase,
    readonly dataSource: DataSource,
  ) {
    const { target } = database;
    this.bus.setListening(true); // there is no other replica to miss
    this.audit = new AuditRecorder(new PreparedStatements({ target, directTarget: target, migrations: [] }));
    this.profiles = new Profiles(dataSource, this.bus, this.secondFactors, this.caches);
    this.accounts = new Accounts(dataSource, new PasswordHasher(), this.profiles, this.audit);
  }

  static async start(): Promise<RightsFixture> {
    const database = await createTestDatabase();
    return new RightsFixture(database, await connectTo(database.target, 8, ENTITIES));
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** An approved account in these roles. */
  async addUser(username: string, ...roles: readonly string[]): Promise<number> {
    const [{ id }] = await this.dataSource.query<[{ id: number }]>(
      `INSERT INTO users (username, email, password_hash, is_approved) VALUES ($1, $1 || '@home.example', 'none', true)
       RETURNING id`,
      [username],
    );
    await this.dataSource.query(
      'INSERT INTO user_roles (user_id, role_id) SELECT $1, id FROM roles WHERE name = ANY ($2)',
      [id, roles],
    );
    return id;
  }

  async addRole(
    name: string,
    { permissions = [], apps = [], requiresTwoFactor = false }: NewRole = {},
  ): Promise<number> {
    const [{ id }] = await this.dataSource.query<[{ id: number }]>(
      'INSERT INTO roles (name, requires_2fa) VALUES ($1, $2) RETURNING id',
      [name, requiresTwoFactor],
    );
    await this.dataSource.query('INSERT INTO role_permissions (role_id, permission) SELECT $1, unnest($2::text[])', [
      id,
      permissions,
    ]);
    await this.dataSource.query('INSERT INTO role_app_permissions (role_id, app_name) SELECT $1, unnest($2::text[])', [
      id,
      apps,
    ]);
    return id;
  }

  /** The account as a guard would put it on a request. */
  async callerOf(userId: number): Promise<SignedIn> {
    const profile = await this.profiles.findById(userId);
    if (!profile) throw new Error(`no account ${userId}`);
    const { username, permissions, mustEnrol } = profile;
    return { userId, username, sessionId: '', permissions, mustEnrol };
  }

  /** Deletes every account, custom role and grant. */
  async clear(): Promise<void> {
    await this.dataSource.query('DELETE FROM users');
    await this.dataSource.query('DELETE FROM roles WHERE NOT is_system');
    await this.dataSource.query('DELETE FROM role_app_permissions');
    await this.dataSource.query('DELETE FROM role_permissions');
    await this.dataSource.transaction((transaction) => this.profiles.invalidate(transaction, null));
  }
}

interface NewRole {
  readonly permissions?: readonly string[];
  readonly apps?: readonly string[];
  readonly requiresTwoFactor?: boolean;
}
