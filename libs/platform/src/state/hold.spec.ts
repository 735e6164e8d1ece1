import { describe, expect, it } from '@jest/globals';
import { parseHolder } from './hold.js';

describe('parseHolder', () => {
  it('reads what a holder tells, with or without an address', () => {
    const holder = { pid: 1, host: 'house', startedAt: '2026-01-01T00:00:00.000Z' };
    expect(parseHolder(`${JSON.stringify(holder)}\n`)).toEqual(holder);
    expect(parseHolder(JSON.stringify({ ...holder, address: 'http://127.0.0.1:8000' }))).toEqual({
      ...holder,
      address: 'http://127.0.0.1:8000',
    });
  });

  it('makes nothing of anything else', () => {
    for (const text of ['', '{', 'null', '7', '{}', '{"pid":"1","host":"house","startedAt":"now"}']) {
      expect(parseHolder(text)).toBeUndefined();
    }
  });
});
