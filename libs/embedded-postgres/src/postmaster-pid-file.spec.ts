import { describe, expect, it } from '@jest/globals';
import { parsePostmasterPidFile } from './postmaster-pid-file.js';

describe('parsePostmasterPidFile', () => {
  it('reads the lines of a running server', () => {
    const text = '4242\n/state/data\n1764000000\n5432\n/state/my socket\n\n  1234567     65536\nready   \n';
    expect(parsePostmasterPidFile(text)).toEqual({
      pid: 4242,
      port: 5432,
      socketDirectory: '/state/my socket',
      status: 'ready',
    });
  });

  it('knows a server without a socket', () => {
    expect(
      parsePostmasterPidFile('4242\n/state/data\n1764000000\n39001\n\n127.0.0.1\n').socketDirectory,
    ).toBeUndefined();
  });

  it('makes nothing of a file that is only half written', () => {
    expect(parsePostmasterPidFile('')).toEqual({ pid: 0, port: 0, socketDirectory: undefined, status: '' });
    expect(parsePostmasterPidFile('4242\n/state').pid).toBe(4242);
  });

  it('reads the negated id of a standalone server', () => {
    expect(parsePostmasterPidFile('-4242\n').pid).toBe(4242);
  });
});
