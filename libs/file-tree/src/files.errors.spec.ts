import { describe, expect, it } from '@jest/globals';
import { type KubarrError } from '@kubarr/platform/errors';
import { asFilesError } from './files.errors.js';

const failure = (code: string): Error => Object.assign(new Error(`${code}: open '/srv/secret/place'`), { code });

describe('What a failed system call means', () => {
  it.each([
    ['ENOENT', 'files.not-found', 'not-found'],
    ['ENOTDIR', 'files.not-a-directory', 'bad-request'],
    ['ELOOP', 'files.is-a-link', 'forbidden'],
    ['EACCES', 'files.forbidden', 'forbidden'],
    ['EPERM', 'files.forbidden', 'forbidden'],
    ['ENAMETOOLONG', 'files.path-malformed', 'bad-request'],
    ['EEXIST', 'files.name-taken', 'conflict'],
    ['ENOTEMPTY', 'files.not-empty', 'bad-request'],
    ['ENOSPC', 'files.no-space', 'too-large'],
    ['EDQUOT', 'files.no-space', 'too-large'],
    ['EFBIG', 'files.too-large', 'too-large'],
    ['EROFS', 'files.read-only', 'forbidden'],
    ['EXDEV', 'files.other-disk', 'conflict'],
    ['EBUSY', 'files.in-use', 'conflict'],
    ['EIO', 'files.unavailable', 'unavailable'],
    ['ESTALE', 'files.unavailable', 'unavailable'],
    ['EMFILE', 'files.unavailable', 'unavailable'],
  ])('%s is %s', (code, wanted, kind) => {
    const error = asFilesError(failure(code), 'media/x') as KubarrError;
    expect([error.code, error.kind]).toEqual([wanted, kind]);
    expect(error.message).not.toContain('/srv');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('is handed back when it is unknown: a fault', () => {
    const unknown = failure('EWHATEVER');
    expect(asFilesError(unknown, 'x')).toBe(unknown);
  });

  it('shortens a path of thousands of characters', () => {
    expect((asFilesError(failure('ENOENT'), 'a'.repeat(4_000)) as KubarrError).message.length).toBeLessThan(400);
  });
});
