import { describe, expect, it } from '@jest/globals';
import { parseLockOwner } from './directory-lock.js';

describe('parseLockOwner', () => {
  it('reads an answer with or without an address', () => {
    const owner = { pid: 1, host: 'house', startedAt: '2026-01-01T00:00:00.000Z' };
    expect(parseLockOwner(`${JSON.stringify(owner)}\n`)).toEqual(owner);
    expect(parseLockOwner(JSON.stringify({ ...owner, address: 'http://127.0.0.1:8000' }))).toEqual({
      ...owner,
      address: 'http://127.0.0.1:8000',
    });
  });

  it('returns undefined for anything else', () => {
    for (const text of ['', '{', 'null', '7', '{}', '{"pid":"1","host":"house","startedAt":"now"}']) {
      expect(parseLockOwner(text)).toBeUndefined();
    }
  });
});
