import { anonymousActor } from '@kubarr/access';
import { MAX_DISTINCT, RefusalBuffer } from './refusal-buffer.js';

const refusal = (route: string, address = '192.0.2.1') => ({
  actor: anonymousActor(address, null),
  route,
  code: 'auth.permission-missing',
});

describe('RefusalBuffer', () => {
  it('counts the refusals of one person, address, route and code', () => {
    const buffer = new RefusalBuffer();
    for (let n = 0; n < 1_000; n++) buffer.add(refusal('GET /api/users'));
    buffer.add(refusal('GET /api/roles'));
    buffer.add(refusal('GET /api/users', '192.0.2.2'));
    const { refusals, others } = buffer.drain();
    expect(refusals.map(({ route, times }) => [route, times])).toEqual([
      ['GET /api/users', 1_000],
      ['GET /api/roles', 1],
      ['GET /api/users', 1],
    ]);
    expect(others).toBe(0);
  });

  it('is bounded, and counts the rest', () => {
    const buffer = new RefusalBuffer();
    for (let n = 0; n < MAX_DISTINCT + 7; n++) buffer.add(refusal(`GET /api/${n}`));
    expect(buffer.drain()).toMatchObject({ refusals: { length: MAX_DISTINCT }, others: 7 });
  });

  it('is drained once', () => {
    const buffer = new RefusalBuffer();
    buffer.add(refusal('GET /api/users'));
    buffer.drain();
    expect(buffer.drain()).toEqual({ refusals: [], others: 0 });
  });
});
