import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { type Actor, type SignedIn, SYSTEM } from '@kubarr/access';
import { AuditModule } from '@kubarr/audit';
import { defineJob, JobNotFound, JobQueue, Scheduled } from '@kubarr/jobs';
import { DatabaseConnection } from '@kubarr/platform/database';
import { SecretsModule } from '@kubarr/platform/secrets';
import { DataSource } from 'typeorm';
import { jobModules } from '../../../../test/support/job-modules.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { type JobOutputQuery, type JobsQuery } from './jobs.dto.js';
import { JobsService } from './jobs.service.js';

const person = (userId: number, ...permissions: string[]): SignedIn => ({
  userId,
  username: `person-${userId}`,
  sessionId: 'session',
  permissions: new Set(permissions),
  mustEnrol: false,
});
const ADMINISTRATOR = person(1, 'settings.manage');
const LOTTE = person(2);
const ACTOR: Actor = { userId: 1, username: 'person-1', address: '192.0.2.1', userAgent: 'test' };
/** PostgreSQL stores no text with this character, so the audit entry fails. */
const UNRECORDABLE: Actor = { ...ACTOR, userAgent: '\0' };
const FIRST_PAGE: JobsQuery = { limit: 50 };
const ALL_OUTPUT: JobOutputQuery = { after_line: 0 };

@Injectable()
class Work {
  constructor(jobs: JobQueue) {
    const steps = [{ name: 'work', run: () => Promise.resolve() }];
    jobs.register(defineJob({ name: 'test.work', timeoutMs: 60_000, steps }));
    jobs.register(defineJob({ name: 'test.tidying', timeoutMs: 60_000, steps, isHousekeeping: true }));
  }

  @Scheduled({ name: 'weekly', cron: '0 3 * * 1', timeoutMs: 60_000 })
  weekly(): void {
    // Nothing works here: the jobs stay as the tests leave them.
  }

  @Scheduled({ name: 'often', scope: 'local', everyMs: 5_000, timeoutMs: 60_000 })
  often(): void {
    // as above
  }
}

describe('JobsService', () => {
  let database: TestDatabase;
  let app: TestingModule;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await Test.createTestingModule({
      imports: [...jobModules(database.target, false), SecretsModule.forRoot(Buffer.alloc(32, 1)), AuditModule],
      providers: [JobsService, Work],
    }).compile();
    await app.init();
    await app.get(DatabaseConnection).whenReady();
  });
  beforeEach(() => app.get(DataSource).query('TRUNCATE durable_jobs, audit_logs CASCADE'));
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const service = (): JobsService => app.get(JobsService);
  const query = <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    app.get(DataSource).query<Row[]>(text, values);
  const enqueue = (subject: string, reader: SignedIn | undefined = undefined, name = 'test.work'): Promise<number> =>
    app.get(DataSource).transaction((transaction) =>
      app.get(JobQueue).enqueue(
        transaction,
        { name },
        {
          subject,
          title: `Work on ${subject}`,
          actor: { userId: reader?.userId ?? null, username: reader?.username ?? null },
        },
      ),
    );
  const end = (id: number, status: 'failed' | 'succeeded'): Promise<unknown> =>
    query('UPDATE durable_jobs SET status = $2, finished_at = now() WHERE id = $1', [id, status]);
  const statusOf = async (id: number): Promise<unknown> =>
    (await query<{ status: string }>('SELECT status FROM durable_jobs WHERE id = $1', [id]))[0]?.status;
  const idsOf = async (reader: SignedIn, filter: Partial<JobsQuery> = {}): Promise<number[]> =>
    (await service().list(reader, { ...FIRST_PAGE, ...filter })).jobs.map(({ id }) => id);
  const recorded = (): Promise<unknown[]> =>
    query('SELECT username, action, resource_type, resource_id, details::json AS details FROM audit_logs ORDER BY id');

  it('lists every job to administrators, and to other people what they requested', async () => {
    const [ofNobody, ofLotte] = [await enqueue('thing:a'), await enqueue('thing:b', LOTTE)];
    expect(await idsOf(ADMINISTRATOR)).toEqual([ofLotte, ofNobody]);
    expect(await idsOf(ADMINISTRATOR, { mine: true })).toEqual([]);
    expect(await idsOf(LOTTE)).toEqual([ofLotte]);
    expect(await idsOf(LOTTE, { mine: false })).toEqual([ofLotte]);
  });

  it('leaves housekeeping out unless it is requested', async () => {
    const tidying = await enqueue('thing:a', undefined, 'test.tidying');
    expect(await idsOf(ADMINISTRATOR)).toEqual([]);
    expect(await idsOf(ADMINISTRATOR, { housekeeping: true })).toEqual([tidying]);
  });

  it('names the next page as long as a page is full', async () => {
    const ids = [await enqueue('thing:a'), await enqueue('thing:b'), await enqueue('thing:c')];
    const first = await service().list(ADMINISTRATOR, { limit: 2 });
    expect([first.jobs.map(({ id }) => id), first.next_before]).toEqual([[ids[2], ids[1]], ids[1]]);
    const second = await service().list(ADMINISTRATOR, { limit: 2, before: ids[1]! });
    expect([second.jobs.map(({ id }) => id), second.next_before]).toEqual([[ids[0]], null]);
  });

  it('shows and cancels the job of another person as if there were none', async () => {
    const id = await enqueue('thing:a', ADMINISTRATOR);
    await expect(service().get(LOTTE, id, ALL_OUTPUT)).rejects.toThrow(JobNotFound);
    await expect(service().cancel(ACTOR, LOTTE, id)).rejects.toThrow(JobNotFound);
    expect(await service().get(ADMINISTRATOR, id, ALL_OUTPUT)).toMatchObject({ is_cancelling: false, output: [] });
    expect(await recorded()).toEqual([]);
  });

  it('shows the output after a line', async () => {
    const id = await enqueue('thing:a', LOTTE);
    await query("INSERT INTO durable_job_output (job_id, line, text) VALUES ($1, 1, 'one'), ($1, 2, 'two')", [id]);
    const { output } = await service().get(LOTTE, id, { after_line: 1 });
    expect(output).toEqual([{ line: 2, written_at: expect.any(String), text: 'two' }]);
  });

  it('cancels a job once and records it', async () => {
    const id = await enqueue('thing:a', LOTTE);
    expect(await service().cancel(ACTOR, LOTTE, id)).toMatchObject({ id, is_cancelling: true });
    expect(await recorded()).toEqual([
      {
        username: 'person-1',
        action: 'job_cancelled',
        resource_type: 'job',
        resource_id: String(id),
        details: { kind: 'test.work', title: 'Work on thing:a' },
      },
    ]);
    await end(id, 'succeeded');
    await expect(service().cancel(ACTOR, LOTTE, id)).rejects.toMatchObject({ code: 'jobs.is-over' });
    expect(await recorded()).toHaveLength(1);
  });

  it('retries a failed job and records it, unless another one works on the same subject', async () => {
    const id = await enqueue('thing:a');
    await expect(service().retry(ACTOR, ADMINISTRATOR, id)).rejects.toMatchObject({ code: 'jobs.not-retryable' });
    await end(id, 'failed');
    const other = await enqueue('thing:a');
    await expect(service().retry(ACTOR, ADMINISTRATOR, id)).rejects.toMatchObject({ code: 'jobs.subject-busy' });
    expect([await statusOf(id), await recorded()]).toEqual(['failed', []]);
    await end(other, 'succeeded');
    expect(await service().retry(ACTOR, ADMINISTRATOR, id)).toMatchObject({ id, status: 'waiting', finished_at: null });
    expect(await recorded()).toMatchObject([{ action: 'job_retried', resource_id: String(id) }]);
  });

  it('starts a schedule now and records it; a local or unknown one is refused', async () => {
    const job = await service().runNow({ ...ACTOR, ...LOTTE }, 'weekly');
    expect(job).toMatchObject({ kind: 'weekly', status: 'waiting', requested_by: 'person-2' });
    expect(await recorded()).toMatchObject([
      { action: 'job_started', resource_id: String(job.id), details: { kind: 'weekly' } },
    ]);
    for (const name of ['often', 'never'])
      await expect(service().runNow(SYSTEM, name)).rejects.toMatchObject({ code: 'jobs.schedule-not-found' });
    expect(await recorded()).toHaveLength(1);
  });

  it('changes nothing that it cannot record', async () => {
    const [waiting, failed] = [await enqueue('thing:a'), await enqueue('thing:b')];
    await end(failed, 'failed');
    await expect(service().cancel(UNRECORDABLE, ADMINISTRATOR, waiting)).rejects.toThrow();
    await expect(service().retry(UNRECORDABLE, ADMINISTRATOR, failed)).rejects.toThrow();
    await expect(service().runNow(UNRECORDABLE, 'weekly')).rejects.toThrow();
    expect(await service().get(ADMINISTRATOR, waiting, ALL_OUTPUT)).toMatchObject({ is_cancelling: false });
    expect(await statusOf(failed)).toBe('failed');
    expect(await idsOf(ADMINISTRATOR, { kind: 'weekly' })).toEqual([]);
  });

  it('lists the schedules of all replicas and of this process by name', async () => {
    const schedules = (await service().periodic()).filter(({ name }) => ['weekly', 'often'].includes(name));
    expect(schedules).toMatchObject([
      { name: 'often', runs: 'everywhere', every_ms: 5_000, is_running: false },
      { name: 'weekly', runs: 'once', every_ms: 7 * 86_400_000, is_running: false },
    ]);
  });
});
