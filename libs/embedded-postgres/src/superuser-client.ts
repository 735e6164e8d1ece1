import pg from 'pg';
import { SUPERUSER } from './data-directory.js';
import { type ListenAddress } from './listen-address.js';

/** How the supervisor signs in to its server. */
export interface SuperuserAccess {
  readonly password: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
}

/** Generous: a busy small machine starts a session in less. */
const CONNECT_WITHIN_MS = 10_000;

/** Runs `work` on a connection of its own to the maintenance database. */
export async function asSuperuser<Result>(
  place: ListenAddress,
  { password, applicationName }: SuperuserAccess,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    host: place.socketDirectory ?? '127.0.0.1',
    port: place.port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    ssl: false,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
  });
  client.on('error', () => undefined); // a lost connection fails the query, or was no longer needed
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** False while the server starts, stops, or is not there. */
export async function acceptsConnections(place: ListenAddress, access: SuperuserAccess): Promise<boolean> {
  return asSuperuser(place, access, () => Promise.resolve(true)).catch(() => false);
}
