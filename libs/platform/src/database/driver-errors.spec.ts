import { QueryFailedError } from 'typeorm';
import { DatabaseCannotStore, DatabaseUnavailable, StatementTimedOut } from './database.errors.js';
import { asDatabaseError, violatesUnique } from './driver-errors.js';

const failure = (facts: object, message = 'text of the driver'): Error => Object.assign(new Error(message), facts);
const failed = (facts: object): Error => new QueryFailedError('SELECT 1', [], failure(facts));

describe('asDatabaseError', () => {
  it('calls a lost, refused or impossible connection unavailable', () => {
    for (const code of ['57P01', '57P02', '57P03', '08006', '53300']) {
      expect(asDatabaseError(failed({ code }))?.code).toBe('database.unavailable');
      expect(asDatabaseError(failure({ code }))?.code).toBe('database.unavailable');
    }
    expect(asDatabaseError(failure({ code: 'ECONNREFUSED', syscall: 'connect' }))?.code).toBe('database.unavailable');
    expect(asDatabaseError(failure({}, 'timeout exceeded when trying to connect'))?.code).toBe('database.unavailable');
    expect(asDatabaseError(failure({}, 'Connection terminated unexpectedly'))?.code).toBe('database.unavailable');
  });

  it('does not take a missing file for a missing database', () => {
    expect(asDatabaseError(failure({ code: 'ENOENT', syscall: 'open' }))).toBeUndefined();
    expect(asDatabaseError(failure({ code: 'ENOENT', syscall: 'connect' }))?.code).toBe('database.unavailable');
  });

  it('tells a full disk and a statement that took too long apart', () => {
    expect(asDatabaseError(failed({ code: '53100' }))?.code).toBe('database.cannot-store');
    for (const code of ['57014', '55P03'])
      expect(asDatabaseError(failed({ code }))?.code).toBe('database.statement-timed-out');
  });

  it('knows its own errors, such as that of a connection that does not exist yet', () => {
    for (const error of [new DatabaseUnavailable(), new StatementTimedOut(), new DatabaseCannotStore()])
      expect(asDatabaseError(error)).toBe(error);
  });

  it('leaves faults of ours alone', () => {
    for (const code of ['23505', '42601', '22P02']) expect(asDatabaseError(failed({ code }))).toBeUndefined();
    expect(asDatabaseError('a text')).toBeUndefined();
  });

  it('keeps what the driver said as the cause, not in the text', () => {
    const error = asDatabaseError(failed({ code: '57P01' }));
    expect(error?.message).not.toContain('text of the driver');
    expect(error?.cause).toBeInstanceOf(QueryFailedError);
  });
});

describe('violatesUnique', () => {
  it('is true for that constraint only', () => {
    const error = failed({ code: '23505', constraint: 'uq_users_email' });
    expect(violatesUnique(error, 'uq_users_email')).toBe(true);
    expect(violatesUnique(error, 'uq_users_username')).toBe(false);
    expect(violatesUnique(failed({ code: '23503', constraint: 'uq_users_email' }), 'uq_users_email')).toBe(false);
  });
});
