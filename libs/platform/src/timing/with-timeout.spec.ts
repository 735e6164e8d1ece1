import { settleWithin } from './settle-within.js';
import { withTimeout } from './with-timeout.js';

const never = new Promise<never>(() => undefined);
const tooSlow = (): Error => new Error('too slow');

describe('withTimeout', () => {
  it('hands over what the promise resolves to or rejects with', async () => {
    await expect(withTimeout(10_000, Promise.resolve(7), tooSlow)).resolves.toBe(7);
    await expect(withTimeout(10_000, Promise.reject(new Error('broken')), tooSlow)).rejects.toThrow('broken');
  });

  it('rejects when the time is over, and a later rejection of the promise is not unhandled', async () => {
    let reject: (error: Error) => void = () => undefined;
    const late = new Promise<never>((_, fail) => (reject = fail));
    await expect(withTimeout(1, late, tooSlow)).rejects.toThrow('too slow');
    reject(new Error('late'));
    await new Promise(setImmediate);
  });
});

describe('settleWithin', () => {
  it('resolves when the promise is settled, or when the time is over', async () => {
    await settleWithin(10_000, Promise.reject(new Error('broken')));
    await settleWithin(10_000, Promise.resolve());
    await settleWithin(1, never);
  });
});
