import { anonymousActor } from '@kubarr/access';
import { MAX_DISTINCT, RefusalBuffer } from './refusal-buffer.js';

const refusal = (route: string, address = '192.0.2.1') => ({
  actor: anonymousActor(address, null),
  route,
  code: 'auth.permission-missing',
});

describe('RefusalBuffer', () => {
  it('are one note for the same person, place and reason, with how often it happened', () => {
    const notes = new RefusalBuffer();
    for (let n = 0; n < 1_000; n++) notes.add(refusal('GET /api/users'));
    notes.add(refusal('GET /api/roles'));
    notes.add(refusal('GET /api/users', '192.0.2.2'));
    const { notes: taken, others } = notes.drain();
    expect(taken.map(({ route, times }) => [route, times])).toEqual([
      ['GET /api/users', 1_000],
      ['GET /api/roles', 1],
      ['GET /api/users', 1],
    ]);
    expect(others).toBe(0);
  });

  it('are bounded, and the rest is counted', () => {
    const notes = new RefusalBuffer();
    for (let n = 0; n < MAX_DISTINCT + 7; n++) notes.add(refusal(`GET /api/${n}`));
    expect(notes.drain()).toMatchObject({ notes: { length: MAX_DISTINCT }, others: 7 });
  });

  it('are taken once', () => {
    const notes = new RefusalBuffer();
    notes.add(refusal('GET /api/users'));
    notes.drain();
    expect(notes.drain()).toEqual({ notes: [], others: 0 });
  });
});
