import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataSource } from 'typeorm';
import { ROOT } from '../support/sources.js';
import { connectTo } from '../support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const STEPS = ['fetch', 'unpack', 'announce'];

/** Every moment between two effects of a job, in order. */
const POINTS = [
  'claimed',
  ...STEPS.flatMap((step, index) => [
    `${step}: begun`,
    `${step}: done, not noted`,
    `${step}: within the transaction`,
    index < STEPS.length - 1 ? 'next-step: committed' : 'succeeded: committed',
  ]),
];

describe('A job whose server is killed', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubarr-jobs-'));
    database = await createTestDatabase();
    dataSource = await connectTo(database.target);
    await dataSource.query('CREATE TABLE job_effects (id bigint GENERATED ALWAYS AS IDENTITY, kind text, step text)');
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  /** A replica that does jobs of these kinds; what it said and by which signal it died. */
  const runReplica = async (
    kinds: readonly string[],
    killAt: number,
  ): Promise<[said: string, signal: string | null]> => {
    const options = JSON.stringify({ target: database.target, kinds, steps: STEPS, folder, killAt });
    const child = spawn(process.execPath, [join(ROOT, 'test/process/job-replica.mjs'), options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    return [said, signal];
  };
  const dieAt = async (index: number): Promise<[said: string, signal: string | null]> => {
    const kind = `kill.${index}`;
    await dataSource.query('INSERT INTO durable_jobs (kind, subject, title) VALUES ($1, $1, $1)', [kind]);
    return runReplica([kind], index + 1);
  };

  it('is finished by another, every effect in the database exactly once, wherever it was killed', async () => {
    for (let index = 0; index < POINTS.length; index += 2) {
      const pair = POINTS.slice(index, index + 2);
      const deaths = await Promise.all(pair.map((_, offset) => dieAt(index + offset)));
      expect(deaths).toEqual(pair.map((point) => [point, 'SIGKILL']));
    }
    const isOver = POINTS.length - 1; // the last point comes after the end
    expect(
      await runReplica(
        POINTS.slice(0, isOver).map((_, index) => `kill.${index}`),
        0,
      ),
    ).toEqual(['', null]);

    for (const [index, point] of POINTS.entries()) {
      const kind = `kill.${index}`;
      const effects = await dataSource.query<{ step: string }[]>(
        'SELECT step FROM job_effects WHERE kind = $1 ORDER BY id',
        [kind],
      );
      expect([point, effects.map(({ step }) => step)]).toEqual([point, STEPS]);
      const outside = (await readFile(join(folder, kind), 'utf8')).trim().split('\n');
      expect(new Set(outside)).toEqual(new Set(STEPS));
      expect(outside.length).toBeLessThanOrEqual(STEPS.length + 1); // only the step that was interrupted ran again
    }
    expect(await dataSource.query(`SELECT status FROM durable_jobs WHERE status <> 'succeeded'`)).toEqual([]);
  }, 120_000);
});
