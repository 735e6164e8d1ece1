import { type FieldIssue } from '@kubarr/platform/errors';
import { type ChannelConfig, type ConfigField, MASK, maskConfig, mergeConfig, missingValues } from './config-fields.js';
import { maskDestination } from './mask-destination.js';

const fields: readonly ConfigField[] = [
  { name: 'smtp_host', type: 'text', isRequired: true, receivesSecrets: true, description: '' },
  { name: 'smtp_port', type: 'port', isRequired: true, description: '' },
  { name: 'password', type: 'secret', description: '' },
  { name: 'from_address', type: 'email', description: '' },
  { name: 'use_tls', type: 'boolean', description: '' },
  { name: 'server_url', type: 'url', description: '' },
];
const stored = { smtp_host: 'mail', smtp_port: 25, password: 'old' };

describe('mergeConfig', () => {
  it('takes texts for numbers and switches, as the web client sends them', () => {
    const issues: FieldIssue[] = [];
    expect(mergeConfig(fields, stored, { smtp_port: '587', use_tls: 'false' }, issues)).toEqual({
      ...stored,
      smtp_port: 587,
      use_tls: false,
    });
    expect(issues).toEqual([]);
  });

  it('keeps a masked secret and what is missing, replaces it by another, and removes what is empty', () => {
    expect(mergeConfig(fields, stored, { password: MASK }, [])).toEqual(stored);
    expect(mergeConfig(fields, stored, { password: 'new' }, [])).toEqual({ ...stored, password: 'new' });
    expect(mergeConfig(fields, stored, { password: '', smtp_host: null }, [])).toEqual({ smtp_port: 25 });
  });

  it.each([
    { smtp_port: '0' },
    { smtp_port: 65_536 },
    { smtp_port: '587x' },
    { smtp_host: 'a\r\nBcc: everybody' },
    { smtp_host: 'x'.repeat(501) },
    { smtp_host: { toString: 1 } },
    { from_address: 'nobody' },
    { use_tls: 'maybe' },
    { server_url: 'file:///etc/passwd' },
    { server_url: 'https://user:password@ntfy.example' },
    { unknown: 1 },
  ])('refuses %j', (sent) => {
    const issues: FieldIssue[] = [];
    expect(mergeConfig(fields, stored, sent, issues)).toEqual(stored);
    expect(issues).toHaveLength(1);
  });

  it('sends no secret that it keeps to another server', () => {
    const merge = (sent: Record<string, unknown>, before: ChannelConfig = stored): string[] => {
      const issues: FieldIssue[] = [];
      mergeConfig(fields, before, sent, issues);
      return issues.map(({ path }) => path);
    };
    expect(merge({ smtp_host: 'mine.example', password: MASK })).toEqual(['config.password']);
    expect(merge({ smtp_host: 'mine.example' })).toEqual(['config.password']);
    expect(merge({ smtp_host: 'mine.example' }, { password: 'old' })).toEqual(['config.password']); // in two steps
    expect(merge({ smtp_host: null })).toEqual([]);
    expect(merge({ smtp_host: 'mine.example', password: 'new' })).toEqual([]);
    expect(merge({ smtp_host: 'mine.example', password: 'old' })).toEqual([]);
    for (const removed of ['', null]) expect(merge({ smtp_host: 'mine.example', password: removed })).toEqual([]);
    expect(merge({ smtp_host: 'mail', smtp_port: '465', password: MASK })).toEqual([]);
  });

  it('names what is missing, and shows no secret', () => {
    expect(missingValues(fields, { smtp_port: 25 }).map(({ path }) => path)).toEqual(['config.smtp_host']);
    expect(maskConfig(fields, stored)).toEqual({ ...stored, password: MASK });
  });
});

describe('maskDestination', () => {
  it.each([
    ['lotte@home.example', 'lo***@home.example'],
    ['é@home.example', 'é***@home.example'],
    ['+31612345678', '+31***78'],
    ['-1001234567', '-10***67'],
    ['home', '***'],
    ['😀😀😀😀😀😀😀😀😀', '😀😀😀***😀😀'],
    ['https://hooks.example/services/T0/secret', 'https://hooks.example/***'],
  ])('shows %s as %s', (destination, masked) => {
    expect(maskDestination(destination)).toBe(masked);
  });
});
