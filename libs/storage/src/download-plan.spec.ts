import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type IncomingHttpHeaders } from 'node:http';
import { planDownload } from './download-plan.js';

const MODIFIED = 'Sat, 21 Feb 2026 07:30:00 GMT';
const file = { name: Buffer.from('notes.txt'), size: 10, modifiedNs: 1_771_659_000_500_000_000n, inode: 7n };
const plan = (asked: IncomingHttpHeaders, size = 10, method = 'GET') => planDownload({ ...file, size }, method, asked);
const tagOf = (facts = file): string => planDownload(facts, 'GET', {}).headers['etag'] ?? '';

describe('planDownload', () => {
  it('sends the whole file, with the headers that a client needs to resume', () => {
    expect(plan({})).toEqual({
      status: 200,
      start: 0,
      length: 10,
      headers: {
        etag: expect.stringMatching(/^"[0-9a-z-]+"$/),
        'last-modified': MODIFIED,
        'cache-control': 'private, no-cache',
        'accept-ranges': 'bytes',
        'content-disposition': expect.stringContaining('notes.txt'),
        'x-content-type-options': 'nosniff',
      },
    });
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=2-4', 2, 3],
    ['bytes=9-', 9, 1],
    ['bytes=0-', 0, 10],
    ['bytes=5-99', 5, 5],
    ['bytes=-3', 7, 3],
    ['bytes=-99', 0, 10],
    ['Bytes= 2-4 ', 2, 3],
    ['bytes=0-99999999999999999999', 0, 10],
  ])('answers %j with a part', (range, start, length) => {
    expect(plan({ range })).toMatchObject({
      status: 206,
      start,
      length,
      headers: { 'content-range': `bytes ${start}-${start + length - 1}/10` },
    });
  });

  it.each([
    [{ 'if-match': '"other"' }, 412],
    [{ 'if-match': 'W/TAG' }, 412],
    [{ 'if-match': '"other", TAG' }, 200],
    [{ 'if-match': '*', 'if-unmodified-since': 'Fri, 20 Feb 2026 07:30:00 GMT' }, 200],
    [{ 'if-unmodified-since': 'Fri, 20 Feb 2026 07:30:00 GMT' }, 412],
    [{ 'if-unmodified-since': MODIFIED }, 200],
    [{ 'if-unmodified-since': 'yesterday' }, 200],
    [{ 'if-match': '"other"', range: 'bytes=0-1', 'if-none-match': '*' }, 412],
  ])('evaluates the preconditions of a client: %j', (asked, status) => {
    const headers = Object.entries(asked).map(([name, value]) => [name, value.replace('TAG', tagOf())]);
    expect(plan(Object.fromEntries(headers) as IncomingHttpHeaders).status).toBe(status);
  });

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-'])('cannot satisfy %j', (range) => {
    expect(plan({ range })).toEqual({ status: 416, headers: { 'content-range': 'bytes */10' } });
  });

  it.each([
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=4-2',
    'bytes=a-b',
    'bytes=0-1,3-4',
    'bytes=-1-2',
    'bytes=1 -2',
    'items=0-1',
    'bytes=0x1-2',
    'bytes=1e0-2',
  ])('ignores the range %j', (range) => {
    expect(plan({ range })).toMatchObject({ status: 200, start: 0, length: 10 });
  });

  it('sends an empty file whole, or refuses the range', () => {
    expect(plan({}, 0)).toMatchObject({ status: 200, length: 0 });
    expect(plan({ range: 'bytes=-5' }, 0)).toMatchObject({ status: 200, length: 0 });
    expect(plan({ range: 'bytes=0-' }, 0)).toEqual({ status: 416, headers: { 'content-range': 'bytes */0' } });
  });

  it('ignores the range of a HEAD request', () => {
    expect(plan({ range: 'bytes=2-4' }, 10, 'HEAD')).toMatchObject({ status: 200, length: 10 });
  });

  it('never exceeds the size of the file', () => {
    const figure = fc.oneof(fc.constant(''), fc.nat({ max: 30 }).map(String), fc.bigInt({ min: 0n }).map(String));
    fc.assert(
      fc.property(figure, figure, fc.nat({ max: 20 }), (from, to, size) => {
        const answer = plan({ range: `bytes=${from}-${to}` }, size);
        if (!('start' in answer)) return;
        expect(answer.start).toBeGreaterThanOrEqual(0);
        expect(answer.length).toBeGreaterThanOrEqual(answer.status === 206 ? 1 : 0);
        expect(answer.start + answer.length).toBeLessThanOrEqual(size);
      }),
      { numRuns: 2_000 },
    );
  });

  it('resumes with a range only when the file has not changed', () => {
    const range = 'bytes=2-4';
    expect(plan({ range, 'if-range': tagOf() }).status).toBe(206);
    expect(plan({ range, 'if-range': '"other"' }).status).toBe(200);
    expect(plan({ range, 'if-range': `W/${tagOf()}` }).status).toBe(200);
    expect(plan({ range, 'if-range': MODIFIED }).status).toBe(200);
    expect(plan({ range: 'bytes=50-', 'if-range': '"other"' }).status).toBe(200);
  });

  it('changes the tag with the file, the size and the time', () => {
    const facts = [file, { ...file, inode: 8n }, { ...file, size: 11 }, { ...file, modifiedNs: file.modifiedNs + 1n }];
    expect(new Set(facts.map(tagOf)).size).toBe(4);
  });

  it.each([
    ['if-none-match', 'TAG'],
    ['if-none-match', 'W/TAG'],
    ['if-none-match', '"a", TAG,"b"'],
    ['if-none-match', '*'],
    ['if-modified-since', MODIFIED],
    ['if-modified-since', 'Sun, 22 Feb 2026 07:30:00 GMT'],
  ])('is the news that nothing changed for %s: %s', (name, value) => {
    const answer = plan({ [name]: value.replace('TAG', tagOf()), range: 'bytes=0-1' });
    expect(answer).toEqual({
      status: 304,
      headers: { etag: tagOf(), 'last-modified': MODIFIED, 'cache-control': 'private, no-cache' },
    });
  });

  it.each([
    ['if-none-match', '"other"'],
    ['if-none-match', ''],
    ['if-modified-since', 'Sat, 21 Feb 2026 07:29:59 GMT'],
    ['if-modified-since', 'yesterday'],
  ])('is the file for %s: %s', (name, value) => {
    expect(plan({ [name]: value }).status).toBe(200);
  });

  it('prefers the tag to the date', () => {
    expect(plan({ 'if-none-match': '"other"', 'if-modified-since': MODIFIED }).status).toBe(200);
  });
});
