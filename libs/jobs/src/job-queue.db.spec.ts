import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { IsOptional, IsString } from 'class-validator';
import { DataSource, type EntityManager } from 'typeorm';
import { jobModules } from '../../../test/support/job-modules.js';
import { connectTo } from '../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { DatabaseConnection } from '@kubarr/platform/database';
import { KubarrError } from '@kubarr/platform/errors';
import { Log } from '@kubarr/platform/telemetry';
import { JobQueue, type JobView, type NewJob } from './job-queue.js';
import { JobStore } from './job-store.js';
import { JobHistory } from './job-history.job.js';
import { defineJob, type JobContext, type StepResult } from './job-definition.js';
import { JobWorker } from './job-worker.js';
import { reaches } from '../../../test/support/reaches.js';

class DiskGone extends KubarrError {
  readonly code = 'test.disk-gone';
  readonly kind = 'not-found';
  constructor() {
    super('The disk is gone; plug it in again.');
  }
}

class WorkInput {
  @IsOptional()
  @IsString()
  from?: string;
}

interface WorkState {
  readonly files: number;
  readonly done: number;
}

type Context = JobContext<WorkInput, WorkState>;
type Run = (work: Context) => Promise<StepResult<WorkState> | void>;
const nothing: Run = () => Promise.resolve();

/** What the two steps of the kind `test.work` do; each test says. */
@Injectable()
class Work {
  readonly ran: string[] = [];
  first: Run = nothing;
  second: Run = nothing;
  cleanUp: Run = nothing;

  constructor(jobs: JobQueue) {
    const steps = (['first', 'second'] as const).map((name) => ({
      name,
      run: (work: Context) => {
        this.ran.push(`${name} ${work.subject}`);
        return this[name](work);
      },
    }));
    const cleanUp = async (work: Context): Promise<void> => {
      this.ran.push(`cleanUp ${work.subject}`);
      await this.cleanUp(work);
    };
    const common = { input: WorkInput, maxAttempts: 3, timeoutMs: 60_000, firstRetryMs: 10, steps, cleanUp };
    jobs.register(defineJob<WorkInput, WorkState>({ name: 'test.work', ...common, concurrency: 2 }));
    jobs.register(defineJob<WorkInput, WorkState>({ name: 'test.quick', ...common, timeoutMs: 30, maxAttempts: 1 }));
    jobs.register(
      defineJob<WorkInput, WorkState>({ name: 'test.quiet', ...common, maxAttempts: 1, isHousekeeping: true }),
    );
    const { cleanUp: _, ...untidy } = common;
    jobs.register(defineJob<WorkInput, WorkState>({ name: 'test.untidy', ...untidy }));
    jobs.register(defineJob<WorkInput, WorkState>({ name: 'test.patient', ...common, firstRetryMs: 3_600_000 }));
  }
}

describe('JobQueue', () => {
  let database: TestDatabase;
  const replicas: TestingModule[] = [];
  const nobody = { userId: null, username: null };
  const newJob = (subject = 'thing:a', more: Partial<NewJob<WorkInput>> = {}): NewJob<WorkInput> => ({
    subject,
    title: `Work on ${subject}`,
    actor: nobody,
    ...more,
  });
  const typeOf = (name: string) => ({ name, input: WorkInput });

  const start = async (leaseMs = 30_000, isWorker = true): Promise<TestingModule> => {
    @Module({ providers: [Work] })
    class WorkModule {}
    const replica = await Test.createTestingModule({
      imports: [...jobModules(database.target, isWorker), WorkModule],
    }).compile();
    replica.get(JobStore).timing.leaseMs = leaseMs;
    await replica.init();
    await replica.get(DatabaseConnection).whenReady();
    replicas.push(replica);
    return replica;
  };
  const withDatabase = async <Result>(work: (dataSource: DataSource) => Promise<Result>): Promise<Result> => {
    const dataSource = await connectTo(database.target);
    return work(dataSource).finally(() => dataSource.destroy());
  };
  const inTransaction = <Result>(replica: TestingModule, work: (tx: EntityManager) => Promise<Result>) =>
    replica.get(DataSource).transaction(work);
  const enqueue = (replica: TestingModule, job = newJob(), name = 'test.work'): Promise<number> =>
    inTransaction(replica, (transaction) => replica.get(JobQueue).enqueue(transaction, typeOf(name), job));
  const until = (replica: TestingModule, id: number, isReached: (job: JobView) => boolean): Promise<JobView> =>
    reaches(async () => {
      const job = await replica.get(JobQueue).get(id);
      return isReached(job) && job;
    });
  const whenOver = (replica: TestingModule, id: number): Promise<JobView> =>
    until(replica, id, ({ finishedAt, status }) => finishedAt !== null && status !== 'waiting');
  const untilAborted = (work: Context): Promise<never> =>
    new Promise((_, reject) => work.signal.addEventListener('abort', () => reject(work.signal.reason as Error)));

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(replicas.splice(0).map((replica) => replica.close()));
    await database.drop();
  });

  it('runs the steps in order and hands on what they leave', async () => {
    const replica = await start();
    const work = replica.get(Work);
    let seen: unknown;
    work.first = () => Promise.resolve({ state: { files: 3 } });
    work.second = ({ state, input }) => Promise.resolve(void (seen = { ...state, ...input }));
    const job = await whenOver(replica, await enqueue(replica, newJob('thing:a', { input: { from: 'b' } })));
    expect(job).toMatchObject({ status: 'succeeded', step: 'second', steps: ['first', 'second'], error: null });
    expect(seen).toEqual({ files: 3, from: 'b' });
    expect(work.ran).toEqual(['first thing:a', 'second thing:a']);
  });

  it('does not start a job whose transaction was rolled back', async () => {
    const replica = await start();
    await inTransaction(replica, async (transaction) => {
      await replica.get(JobQueue).enqueue(transaction, typeOf('test.work'), newJob());
      throw new Error('changed my mind');
    }).catch(() => undefined);
    expect(await replica.get(JobQueue).list({ limit: 10 })).toEqual([]);
  });

  it('keeps what a step writes and the end of the step together', async () => {
    const replica = await start();
    const work = replica.get(Work);
    await replica.get(DataSource).query('CREATE TABLE effects (attempt integer)');
    work.first = ({ attempt }) =>
      Promise.resolve({
        inTransaction: async (transaction) => {
          await transaction.query('INSERT INTO effects VALUES ($1)', [attempt]);
          if (attempt === 1) throw new Error('the first time it breaks');
        },
      });
    await whenOver(replica, await enqueue(replica));
    expect(await replica.get(DataSource).query('SELECT attempt FROM effects')).toEqual([{ attempt: 2 }]);
  });

  it('refuses a second job for a subject while one is unfinished, from any replica, and says which', async () => {
    const both = [await start(), await start()];
    for (const replica of both) replica.get(Work).first = untilAborted;
    const results = await Promise.allSettled(both.flatMap((replica) => [enqueue(replica), enqueue(replica)]));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
    for (const refusal of refusals) expect(refusal.message).toContain('Work on thing:a');
  });

  it('tries again after a failure, from the step that failed, and then counts from zero', async () => {
    const replica = await start();
    const work = replica.get(Work);
    work.first = ({ attempt }) => (attempt < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve());
    work.second = ({ attempt }) => (attempt < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve());
    const job = await whenOver(replica, await enqueue(replica));
    expect(job.status).toBe('succeeded');
    expect(work.ran.filter((line) => line.startsWith('first'))).toHaveLength(3);
    expect(work.ran.filter((line) => line.startsWith('second'))).toHaveLength(3);
  });

  it('gives up after the last try, tidies up, and tells nothing of what others said', async () => {
    const replica = await start();
    const work = replica.get(Work);
    const failures: unknown[] = [];
    replica.get(JobQueue).onFailure((_, { attempt, isFinal }) => {
      failures.push([attempt, isFinal]);
      return Promise.resolve();
    });
    work.first = () => Promise.reject(new TypeError('secret token 123'));
    const job = await whenOver(replica, await enqueue(replica));
    expect(job).toMatchObject({ status: 'failed', attempt: 3 });
    expect(job.error).toContain('TypeError');
    expect(job.error).not.toContain('secret');
    expect(work.ran).toEqual([...Array<string>(3).fill('first thing:a'), 'cleanUp thing:a']);
    expect(failures).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect((await replica.get(JobQueue).output(job.id)).map(({ text }) => text)).toContain(job.error);
  });

  it('ends at once on a failure that only a person can heal, with its words', async () => {
    const replica = await start();
    replica.get(Work).first = () => Promise.reject(new DiskGone());
    const job = await whenOver(replica, await enqueue(replica));
    expect(job).toMatchObject({ status: 'failed', attempt: 1, error: 'The disk is gone; plug it in again.' });
  });

  it('interrupts a step that takes too long', async () => {
    const replica = await start();
    replica.get(Work).first = untilAborted;
    const job = await whenOver(replica, await enqueue(replica, newJob('thing:a'), 'test.quick'));
    expect(job).toMatchObject({ status: 'failed', error: 'It took longer than 0.03 seconds.' });
  });

  it('cancels a running job on another replica, and a waiting one without running it', async () => {
    const [holder, other] = [await start(), await start()];
    for (const replica of [holder, other]) replica.get(Work).first = untilAborted;
    const jobs = other.get(JobQueue);
    const ids = [];
    for (const name of 'abcde') ids.push(await enqueue(holder, newJob(`thing:${name}`)));
    const running = await until(other, ids[0] ?? 0, ({ status }) => status === 'running');
    const waiting = await jobs.get(ids[4] ?? 0); // two replicas run two each
    expect(waiting.status).toBe('waiting');
    for (const { id } of [running, waiting]) await inTransaction(other, (transaction) => jobs.cancel(transaction, id));
    expect(await whenOver(other, running.id)).toMatchObject({ status: 'cancelled' });
    expect(await whenOver(other, waiting.id)).toMatchObject({ status: 'cancelled' });
    const ran = [...holder.get(Work).ran, ...other.get(Work).ran];
    expect(ran).toEqual(expect.arrayContaining(['cleanUp thing:a', 'cleanUp thing:e']));
    expect(ran).not.toContain('first thing:e');
    await expect(inTransaction(other, (transaction) => jobs.cancel(transaction, running.id))).rejects.toThrow(
      'has ended',
    );
  });

  it('retries a failed job from the first step, for it has tidied up, but not beside another for the same subject', async () => {
    const replica = await start();
    const work = replica.get(Work);
    const jobs = replica.get(JobQueue);
    work.second = () => Promise.reject(new DiskGone());
    const { id } = await whenOver(replica, await enqueue(replica));
    work.second = untilAborted;
    const other = await enqueue(replica);
    const retry = () => inTransaction(replica, (transaction) => jobs.retry(transaction, id));
    await expect(retry()).rejects.toThrow('Another job is working on this');
    await inTransaction(replica, (transaction) => jobs.cancel(transaction, other));
    await whenOver(replica, other);
    work.second = nothing;
    work.ran.length = 0;
    await retry();
    expect(await whenOver(replica, id)).toMatchObject({ status: 'succeeded', error: null });
    expect(work.ran).toEqual(['first thing:a', 'second thing:a']);
    await expect(retry()).rejects.toThrow('Only a job that failed');
  });

  it('retries a failed job where it ended, when its kind does not tidy up', async () => {
    const replica = await start();
    const work = replica.get(Work);
    work.first = () => Promise.resolve({ state: { files: 3 } });
    work.second = () => Promise.reject(new DiskGone());
    const { id } = await whenOver(replica, await enqueue(replica, newJob('thing:a'), 'test.untidy'));
    let seen: unknown;
    work.second = ({ state }) => Promise.resolve(void (seen = state));
    work.ran.length = 0;
    await inTransaction(replica, (transaction) => replica.get(JobQueue).retry(transaction, id));
    expect(await whenOver(replica, id)).toMatchObject({ status: 'succeeded' });
    expect(work.ran).toEqual(['second thing:a']);
    expect(seen).toEqual({ files: 3 });
  });

  it('works in portions when a step asks for it', async () => {
    const replica = await start();
    const work = replica.get(Work);
    work.first = ({ state }) => {
      const done = Number(state.done ?? 0) + 1;
      return Promise.resolve({ state: { done }, ...(done < 4 && { rerunAfterMs: 0 }) });
    };
    await whenOver(replica, await enqueue(replica));
    expect(work.ran).toEqual([...Array<string>(4).fill('first thing:a'), 'second thing:a']);
  });

  it('rests for two hours at most when a step wants to wait longer, instead of running without a pause', async () => {
    const replica = await start();
    replica.get(Work).first = () => Promise.resolve({ rerunAfterMs: 6 * 3_600_000 });
    const id = await enqueue(replica);
    await until(replica, id, ({ status, startedAt }) => status === 'waiting' && startedAt !== null);
    for (let look = 0; look < 3; look++) {
      replica.get(JobWorker).wake();
      await replica.get(JobWorker).idle();
    }
    expect(replica.get(Work).ran).toEqual(['first thing:a']);
  });

  it.each(['again', 'retry'])('is cancelled at once when that was wanted just before it waits: %s', async (ending) => {
    const replica = await start();
    replica.get(Work).first = async ({ id }) => {
      await replica.get(DataSource).query('UPDATE durable_jobs SET is_cancel_wanted = true WHERE id = $1', [id]);
      if (ending === 'retry') throw new Error('not yet');
      return { rerunAfterMs: 3_600_000 };
    };
    const job = await whenOver(replica, await enqueue(replica, newJob('thing:a'), 'test.patient'));
    expect(job.status).toBe('cancelled');
  });

  it('starts over when more came while it ran', async () => {
    const replica = await start();
    const work = replica.get(Work);
    const jobs = replica.get(JobQueue);
    const ensure = () =>
      inTransaction(replica, (transaction) => jobs.enqueueOrRerun(transaction, typeOf('test.work'), newJob()));
    let release: () => void = () => undefined;
    let begun: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (begun = resolve));
    work.first = () => {
      begun();
      return work.ran.length > 1 ? nothing({} as Context) : new Promise<void>((resolve) => (release = resolve));
    };
    await ensure();
    await running;
    await Promise.all([ensure(), ensure()]);
    release();
    const [job] = await jobs.list({ limit: 10 });
    await until(replica, job?.id ?? 0, ({ status }) => status === 'succeeded');
    expect(work.ran).toEqual(['first thing:a', 'second thing:a', 'first thing:a', 'second thing:a']);
    expect(await jobs.list({ limit: 10 })).toHaveLength(1);
  });

  it('hands a job to another replica when the lease was not renewed, and lets the late holder write nothing', async () => {
    const late = await start(300);
    const store = late.get(JobStore);
    late.get(Work).first = untilAborted;
    // As if this replica were cut off once it has begun.
    store.renew = () => Promise.reject(new Error('the network is gone'));
    const claim = store.claim.bind(store);
    store.claim = (names) =>
      claim(names).then((job) => {
        if (job) store.claim = () => Promise.resolve(undefined);
        return job;
      });
    const id = await enqueue(late);
    await until(late, id, ({ status }) => status === 'running');
    const heir = await start(300);
    const job = await whenOver(heir, id);
    expect(job.status).toBe('succeeded');
    await late.get(JobWorker).idle();
    expect(await heir.get(JobQueue).get(id)).toEqual(job);
  }, 20_000);

  it('fails a job that was running each time its server died', async () => {
    const replica = await start();
    const id = await enqueue(replica, newJob('thing:a'), 'test.quiet');
    await whenOver(replica, id);
    replica.get(Work).ran.length = 0;
    await replica.get(DataSource).query(
      `UPDATE durable_jobs SET status = 'running', finished_at = NULL, lease_owner = gen_random_uuid(),
         lease_until = now() - interval '1 second' WHERE id = $1`,
      [id],
    );
    replica.get(JobWorker).wake();
    expect(await whenOver(replica, id)).toMatchObject({ status: 'failed' });
    expect(replica.get(Work).ran).toEqual(['cleanUp thing:a']);
  });

  it('gives a job back when the server stops, without counting the try', async () => {
    const [stopping, other] = [await start(), await start()];
    stopping.get(Work).first = untilAborted;
    other.get(Work).first = untilAborted;
    const id = await enqueue(stopping);
    await until(other, id, ({ status }) => status === 'running');
    for (const replica of [stopping, other]) replica.get(Work).first = nothing;
    const holder = stopping.get(Work).ran.length > 0 ? stopping : other;
    replicas.splice(replicas.indexOf(holder), 1);
    await holder.close();
    const [heir] = replicas;
    if (!heir) throw new Error('nobody is left');
    expect(await whenOver(heir, id)).toMatchObject({ status: 'succeeded', attempt: 1 });
  });

  it('keeps progress and the newest thousand lines', async () => {
    const replica = await start();
    replica.get(Work).first = (work) => {
      for (let line = 1; line <= 400; line++) work.log(`line ${line}\0`);
      work.progress(5, 10);
      return Promise.resolve();
    };
    replica.get(Work).second = (work) => {
      for (let line = 1; line <= 400; line++) work.log('x'.repeat(600));
      const done = Number(work.state.done ?? 0) + 1;
      return Promise.resolve({ state: { done }, ...(done < 2 && { rerunAfterMs: 0 }) });
    };
    const job = await whenOver(replica, await enqueue(replica));
    expect(job).toMatchObject({ progressDone: 5, progressTotal: 10 });
    const lines = await replica.get(JobQueue).output(job.id);
    expect(lines).toHaveLength(1_000);
    expect(lines[0]).toMatchObject({ line: 201, text: 'line 201' });
    expect(lines.at(-1)?.text).toHaveLength(500);
  });

  it('shows housekeeping only when asked or when it failed, and forgets it after a day', async () => {
    const replica = await start();
    const jobs = replica.get(JobQueue);
    const quiet = await whenOver(replica, await enqueue(replica, newJob('thing:a'), 'test.quiet'));
    const loud = await whenOver(replica, await enqueue(replica));
    replica.get(Work).first = () => Promise.reject(new DiskGone());
    const failed = await whenOver(replica, await enqueue(replica, newJob('thing:b'), 'test.quiet'));
    const listed = async (filter = {}) => (await jobs.list({ limit: 10, ...filter })).map(({ id }) => id);
    expect(await listed()).toEqual([failed.id, loud.id]);
    expect(await listed({ withHousekeeping: true })).toEqual([failed.id, loud.id, quiet.id]);
    expect(await listed({ before: failed.id })).toEqual([loud.id]);
    await replica.get(DataSource).query(`UPDATE durable_jobs SET finished_at = now() - interval '2 days'`);
    await replica.get(JobHistory).run();
    expect(await listed({ withHousekeeping: true })).toEqual([failed.id, loud.id]);
    await replica.get(DataSource).query(`
      INSERT INTO durable_jobs (kind, subject, title, status)
      SELECT 'test.work', 'many:' || n, 'One of many', 'succeeded' FROM generate_series(1, 1200) AS n`);
    await replica.get(DataSource).query(`UPDATE durable_jobs SET finished_at = now() - interval '91 days'`);
    await replica.get(JobHistory).run();
    expect(await listed({ withHousekeeping: true })).toEqual([]);
  });

  it('refuses input that its class does not allow, before anything is stored', async () => {
    const replica = await start();
    const wrong = newJob('thing:a', { input: { from: 7 as unknown as string } });
    await expect(enqueue(replica, wrong)).rejects.toThrow(
      'The input of the job test.work does not fit this release: from',
    );
    expect(await replica.get(JobQueue).list({ limit: 10 })).toEqual([]);
  });

  it('fails a stored job whose input this release does not understand, at once and without running it', async () => {
    const replica = await start();
    const [{ id }] = await replica
      .get(DataSource)
      .query<[{ id: number }]>(
        `INSERT INTO durable_jobs (kind, subject, title, input) VALUES ('test.work', 'thing:a', 'Old', '{"from": [1]}') RETURNING id`,
      );
    replica.get(JobWorker).wake();
    const job = await whenOver(replica, id);
    expect(job).toMatchObject({ status: 'failed', attempt: 1 });
    expect(job.error).toContain('does not fit this release: from');
    expect(replica.get(Work).ran).toEqual([]);
  });

  it('takes over a job that the previous release enqueued and was killed with', async () => {
    const [{ id }] = await withDatabase((dataSource) =>
      dataSource.query<[{ id: number }]>(
        `INSERT INTO durable_jobs (kind, subject, title, input, state, step, status, attempt, lease_owner, lease_until, requested_by, requested_by_name)
         VALUES ('test.work', 'thing:a', 'Old', '{"from": "b", "unknown": 1}', '{"files": 3}', 'second', 'running', 1,
           gen_random_uuid(), now() - interval '1 second', 1, 'ann') RETURNING id`,
      ),
    );
    const replica = await start();
    let seen: unknown;
    replica.get(Work).second = ({ state, input }) => Promise.resolve(void (seen = { ...state, from: input.from }));
    expect(await whenOver(replica, id)).toMatchObject({ status: 'succeeded', requestedByName: 'ann', attempt: 2 });
    expect(seen).toEqual({ files: 3, from: 'b' });
    expect(replica.get(Work).ran).toEqual(['second thing:a']);
  });

  it('writes the request that enqueued a job into its log lines', async () => {
    const replica = await start();
    const lines: unknown[] = [];
    replica.get(Log).error = (text, fields) => void lines.push([text, fields]);
    replica.get(Work).first = ({ requestId }) => {
      expect(requestId).toBe('req-1');
      return Promise.reject(new DiskGone());
    };
    const id = await enqueue(replica, newJob('thing:a', { actor: { ...nobody, requestId: 'req-1' } }));
    await whenOver(replica, id);
    await replica.get(JobWorker).idle();
    expect(lines).toEqual([['A job failed', expect.objectContaining({ job: id, requestId: 'req-1' })]]);
  });

  it('does not start a job beside a step that ignores its signal', async () => {
    const replica = await start();
    const work = replica.get(Work);
    let finish: () => void = () => undefined;
    work.first = () => new Promise<void>((resolve) => (finish = resolve));
    const stuck = await enqueue(replica, newJob('thing:a'), 'test.quick');
    await whenOver(replica, stuck); // after the time limit and the grace
    work.first = nothing;
    const next = await enqueue(replica, newJob('thing:b'), 'test.quick');
    await replica.get(JobWorker).idle();
    expect(await replica.get(JobQueue).get(next)).toMatchObject({ status: 'waiting', startedAt: null });
    finish();
    expect(await whenOver(replica, next)).toMatchObject({ status: 'succeeded' });
  }, 20_000);

  it('enqueues and waits, but runs nothing, in a process that is not a worker', async () => {
    const command = await start(30_000, false);
    const id = await enqueue(command);
    await expect(command.get(JobQueue).waitUntilFinished(id, AbortSignal.timeout(300))).rejects.toThrow('aborted');
    const ended = command.get(JobQueue).waitUntilFinished(id, AbortSignal.timeout(20_000));
    await start();
    expect(await ended).toMatchObject({ id, status: 'succeeded' });
    expect(command.get(Work).ran).toEqual([]);
  });
});
