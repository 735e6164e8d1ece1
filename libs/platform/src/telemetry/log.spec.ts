import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { createLogger } from './log.js';
import { NestLogger } from './nest-logger.js';

const written: string[] = [];
const sink = { write: (line: string) => void written.push(line) };
const json = (level: 'trace' | 'info' = 'trace') => createLogger({ level, format: 'json' }, sink);
const lines = (): Record<string, unknown>[] => written.map((line) => JSON.parse(line) as Record<string, unknown>);
const only = (): Record<string, unknown> => {
  expect(written).toHaveLength(1);
  return lines()[0] ?? {};
};

afterEach(() => {
  written.length = 0;
});

describe('Log', () => {
  it('writes one JSON line with time, level, area, request id and fields', () => {
    json().child({ area: 'auth', requestId: 'r-1' }).warn('Too many failures', { account: 'ann', attempts: 5n });
    expect(only()).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: 'warn',
      area: 'auth',
      requestId: 'r-1',
      account: 'ann',
      attempts: '5',
      message: 'Too many failures',
    });
  });

  it('keeps levels below the configured one to itself', () => {
    const log = json('info');
    log.debug('quiet');
    expect(written).toEqual([]);
    expect(log.isLogged('debug')).toBe(false);
    expect(log.isLogged('warn')).toBe(true);
  });

  it('hides secrets by name at every depth, in children too', () => {
    json()
      .child({ accessToken: 'hush' })
      .info('Request', {
        headers: { Authorization: 'Bearer hush', 'set-cookie': ['hush'], cookie: 'hush', host: 'kubarr.lan' },
        user: [{ name: 'ann', newPassword: 'hush', oauth: { client_secret: 'hush', SECRET_KEY: 'hush' } }],
        token: undefined,
      });
    expect(written[0]).not.toContain('hush');
    expect(only()).toMatchObject({
      accessToken: '[hidden]',
      headers: { Authorization: '[hidden]', host: 'kubarr.lan' },
      user: [{ name: 'ann', newPassword: '[hidden]', oauth: { client_secret: '[hidden]' } }],
    });
  });

  it('bounds what it writes: long texts, long lists, deep and circular objects, bytes', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    json().info('Large', { text: 'x'.repeat(100_000), list: Array(1_000).fill(1), circle, bytes: Buffer.from('hush') });
    expect(written[0]?.length).toBeLessThan(6_000);
    expect(only()).toMatchObject({ bytes: '[4 bytes]' });
  });

  it('writes an error with its causes', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const both = new AggregateError([refused], 'no address answered');
    json().error('Cannot fetch', { error: new Error('fetch failed', { cause: both }) });
    expect(only()).toMatchObject({
      error: {
        type: 'Error',
        message: 'fetch failed',
        stack: expect.stringMatching(/^\s+at /),
        cause: { message: 'no address answered', errors: [{ code: 'ECONNREFUSED' }] },
      },
    });
  });

  it('never writes the values of a failed statement', () => {
    const duplicate = Object.assign(new Error('duplicate key value violates unique constraint "uq_users_email"'), {
      code: '23505',
      constraint: 'uq_users_email',
      detail: 'Key (email)=(hush) already exists.',
    });
    const unreadable = Object.assign(new Error('invalid input syntax for type integer: "hu"sh"'), { code: '22P02' });
    const log = json();
    log.error('First', { error: new QueryFailedError('INSERT INTO users VALUES ($1)', ['hush'], duplicate) });
    log.error('Second', { error: new QueryFailedError('SELECT $1::int', ['hu"sh'], unreadable) });
    expect(written.join()).not.toMatch(/hush|hu\\?"sh/);
    expect(lines()[0]).toMatchObject({
      error: { code: '23505', constraint: 'uq_users_email', query: 'INSERT INTO users VALUES ($1)' },
    });
    expect(lines()[1]).toMatchObject({ error: { message: 'invalid input syntax for type integer: "…"' } });
  });

  it('does not loop on an error that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    json().error('Circle', { error });
    expect(written[0]).toContain('[deeper]');
  });

  it('writes for people when the format is pretty', () => {
    createLogger({ level: 'info', format: 'pretty' }, sink)
      .child({ area: 'auth' })
      .info('Signed in', { account: 'ann' });
    expect(written.join('')).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: auth: Signed in\n\s+account: "ann"\n$/);
  });

  it.each(['json', 'pretty'] as const)('survives a closed reader (%s)', (format) => {
    const directory = mkdtempSync(join(tmpdir(), 'log-'));
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    const log = createLogger({ level: 'info', format }, writer);
    closeSync(reader);
    for (let line = 0; line < 3; line++) log.info('Nobody reads this');
    closeSync(writer);
    rmSync(directory, { recursive: true });
  });

  it.each(['json', 'pretty'] as const)('survives a full disk (%s)', (format) => {
    const full = openSync('/dev/full', constants.O_WRONLY);
    const log = createLogger({ level: 'info', format }, full);
    for (let line = 0; line < 3; line++) log.info('There is no room for this');
    closeSync(full);
  });
});

describe('NestLogger', () => {
  it('takes the context of Nest as the area', () => {
    new NestLogger(json()).warn('Slow start', 'TypeOrmModule');
    expect(only()).toMatchObject({ level: 'warn', area: 'TypeOrmModule', message: 'Slow start' });
  });

  it('keeps the wiring of modules and routes for debugging', () => {
    new NestLogger(json('info')).log('Mapped {/api/users, GET} route', 'RouterExplorer');
    expect(written).toEqual([]);
  });

  it('keeps the stack of an error that Nest hands over as text, and errors handed over whole', () => {
    const nest = new NestLogger(json());
    nest.error('Broken', 'Error: Broken\n    at somewhere (file.ts:1:1)', 'ExceptionsHandler');
    nest.error(new Error('Whole'), undefined, 'ExceptionsHandler');
    expect(lines()).toMatchObject([
      { area: 'ExceptionsHandler', message: 'Broken', stack: expect.stringContaining('at somewhere') },
      { area: 'ExceptionsHandler', message: 'Whole', error: { type: 'Error', message: 'Whole' } },
    ]);
  });
});
