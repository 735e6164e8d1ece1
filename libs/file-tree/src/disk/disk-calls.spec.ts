import { describe, expect, it } from '@jest/globals';
import { DiskNotResponding } from '../files.errors.js';
import { DiskCalls } from './disk-calls.js';

/** Longer than a busy machine delays a timer. */
const STALL_MS = 240;

/** Calls that return when the test says so. */
const gates = (): { call: () => Promise<void>; open: () => void; started: () => number } => {
  const waiting: (() => void)[] = [];
  let started = 0;
  return {
    call: () => {
      started += 1;
      return new Promise((resolve) => waiting.push(resolve));
    },
    open: () => waiting.shift()?.(),
    started: () => started,
  };
};

describe('DiskCalls', () => {
  it('runs as many calls as it has slots, the others in order', async () => {
    const calls = new DiskCalls({ concurrency: 2, stallMs: 60_000 });
    const order: number[] = [];
    const { call, open, started } = gates();
    const all = [1, 2, 3].map((number) => calls.run(call).then(() => order.push(number)));
    expect(started()).toBe(2);
    open();
    await all[0];
    expect(started()).toBe(3);
    open();
    open();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
  });

  it('passes on what a call returns or throws, and frees the slot', async () => {
    const calls = new DiskCalls({ concurrency: 1, stallMs: 60_000 });
    await expect(calls.run(() => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO');
    expect(await calls.run(() => Promise.resolve(7))).toBe(7);
  });

  it('fails waiting calls on a stalled disk, later ones at once, and recovers', async () => {
    const calls = new DiskCalls({ concurrency: 1, stallMs: STALL_MS });
    const { call, open } = gates();
    const stuck = calls.run(call);
    await expect(calls.run(call)).rejects.toThrow(DiskNotResponding);
    const before = performance.now();
    await expect(calls.run(call)).rejects.toThrow(DiskNotResponding);
    expect(performance.now() - before).toBeLessThan(STALL_MS / 2);
    open();
    await stuck;
    expect(await calls.run(() => Promise.resolve('back'))).toBe('back');
  });

  it('fails nothing while calls return, however long the queue is', async () => {
    const calls = new DiskCalls({ concurrency: 1, stallMs: STALL_MS });
    const slow = () => new Promise((resolve) => setTimeout(resolve, STALL_MS / 3));
    await expect(Promise.all(Array.from({ length: 9 }, () => calls.run(slow)))).resolves.toHaveLength(9);
  });

  it('does not count the time before a slot was taken', async () => {
    const calls = new DiskCalls({ concurrency: 2, stallMs: STALL_MS });
    const { call, open } = gates();
    const stuck = calls.run(call);
    await new Promise((resolve) => setTimeout(resolve, 2 * STALL_MS));
    const second = calls.run(call);
    const third = calls.run(() => Promise.resolve('in time'));
    open();
    open();
    expect(await third).toBe('in time');
    await Promise.all([stuck, second]);
  });

  it('does not wait for a detached call on a stalled disk, and runs it later', async () => {
    const calls = new DiskCalls({ concurrency: 1, stallMs: STALL_MS });
    const { call, open, started } = gates();
    const stuck = calls.run(call);
    await calls.runDetached(call);
    expect(started()).toBe(1);
    await calls.runDetached(call);
    open();
    await stuck;
    expect(started()).toBe(2);
    open();
    await new Promise(setImmediate);
    expect(started()).toBe(3);
    open();
  });
});
