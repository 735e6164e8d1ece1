import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type DatabaseTarget } from '@kubarr/platform/database';
import { startEmbeddedPostgres } from './index.js';
import { reaches } from '../../../test/support/reaches.js';

/** One server started three times; embedded-postgres.slow.spec.ts has the rest. */
describe('startEmbeddedPostgres', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr embedded-'));
    await chmod(directory, 0o711);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function start(): Promise<DatabaseTarget> {
    server = await startEmbeddedPostgres({ directory });
    return server.target;
  }

  async function query(target: DatabaseTarget, text: string): Promise<unknown[]> {
    const { tls: _, ...connection } = target;
    const client = new pg.Client({ ...connection, ssl: false });
    await client.connect();
    try {
      return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows.flat();
    } finally {
      await client.end();
    }
  }

  it('keeps what is committed over a stop and over a kill of the server', async () => {
    const first = await start();
    expect(first).toMatchObject({ host: join(directory, 'postgres/socket'), database: 'kubarr', user: 'kubarr' });
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS id');
    await server!.stop();

    const second = await start();
    expect(await query(second, 'SELECT id FROM kept')).toEqual([1]);
    await query(second, 'INSERT INTO kept VALUES (2)');
    const killed = server!.pid;
    process.kill(killed, 'SIGKILL');
    await reaches(() => !isRunning(killed));

    const third = await start();
    expect(await query(third, 'SELECT id FROM kept ORDER BY id')).toEqual([1, 2]);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
