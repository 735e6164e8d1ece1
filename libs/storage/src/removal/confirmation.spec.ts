import { type Confirmable, confirmationFor, isConfirmed } from './confirmation.js';

const key = Buffer.alloc(32, 7);
const what: Confirmable = { path: 'media/old', folder: { inode: 7n, device: 1n, createdNs: 5n }, userId: 3 };

describe('A confirmation', () => {
  const token = confirmationFor(key, what, 1_000);

  it('is valid until it expires', () => {
    expect(isConfirmed(key, what, token, 999)).toBe(true);
    expect(isConfirmed(key, what, token, 1_000)).toBe(false);
  });

  it.each([
    ['another place', { ...what, path: 'media/new' }],
    ['another folder of the same name', { ...what, folder: { ...what.folder, inode: 8n } }],
    ['a replaced folder', { ...what, folder: { ...what.folder, createdNs: 6n } }],
    ['another disk', { ...what, folder: { ...what.folder, device: 2n } }],
    ['another person', { ...what, userId: 4 }],
  ])('is not good for %s', (_, other) => expect(isConfirmed(key, other, token, 0)).toBe(false));

  it('cannot be altered or forged', () => {
    const longer = token.replace('1000.', '9000.');
    const foreign = confirmationFor(Buffer.alloc(32, 8), what, 1_000);
    for (const wrong of [longer, foreign, '', '1000.', token.slice(0, -1), `${token}x`, `x${token}`])
      expect(isConfirmed(key, what, wrong, 0)).toBe(false);
  });
});
