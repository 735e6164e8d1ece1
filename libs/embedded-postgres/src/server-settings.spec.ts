import { describe, expect, it } from '@jest/globals';
import { serverSettings } from './server-settings.js';

describe('serverSettings', () => {
  it('never listens on the network beside a socket, nor on more than the loopback address without one', () => {
    const withSocket = serverSettings({ durable: true, port: 5432, socketDirectory: '/state/socket' });
    expect(withSocket.listen_addresses).toBe('');
    const withoutSocket = serverSettings({ durable: true, port: 39001, socketDirectory: undefined });
    expect(withoutSocket).toMatchObject({ listen_addresses: '127.0.0.1', unix_socket_directories: '', port: '39001' });
  });

  it('keeps commas and quotes in the name of the socket folder', () => {
    const settings = serverSettings({ durable: true, port: 5432, socketDirectory: '/a, "b"' });
    expect(settings.unix_socket_directories).toBe('"/a, ""b"""');
  });

  it('gives up durability only when asked to', () => {
    expect(serverSettings({ durable: true, port: 5432, socketDirectory: undefined })).not.toHaveProperty('fsync');
    expect(serverSettings({ durable: false, port: 5432, socketDirectory: undefined }).fsync).toBe('off');
  });
});
