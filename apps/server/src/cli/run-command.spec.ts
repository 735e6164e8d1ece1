import { jest } from '@jest/globals';
import { printConfig } from './config.command.js';
import { COMMANDS } from './commands.js';
import { runCommand } from './run-command.js';

describe('The command line', () => {
  let printed: string[];
  let complaints: string[];
  beforeEach(() => {
    printed = [];
    complaints = [];
    jest.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
    jest.spyOn(console, 'error').mockImplementation((text: string) => void complaints.push(text));
  });
  afterEach(() => jest.restoreAllMocks());

  it('prints one line for each command', async () => {
    expect(await runCommand(['help'])).toBe(0);
    const lines = printed[0]?.split('\n') ?? [];
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
      ...COMMANDS.map(({ name, usage }) => ['kubarr', name, ...(usage ? [usage] : [])].join(' ')),
      'kubarr help',
    ]);
  });

  it.each([
    ['an unknown command', ['dance']],
    ['half a command', ['users']],
    ['a missing word', ['password', 'reset']],
    ['an empty word', ['password', 'reset', '']],
    ['a word too many', ['users', 'list', 'all']],
    ['an unknown option', ['doctor', '--fast']],
    ['a wait without end', ['migrate', '--wait=-1']],
    ['a seal that is none', ['audit', 'verify', 'abc']],
  ])('answers %s with the usage and exit code 2', async (_, line) => {
    expect(await runCommand(line)).toBe(2);
    expect(complaints[0]).toContain('kubarr users list');
  });

  it('prints the value in effect of every variable, where it comes from, and no secret', () => {
    expect(printConfig({ KUBARR_PORT: '8081', KUBARR_SECRET_KEY: 'ab'.repeat(32) })).toBe(0);
    const line = (name: string) => printed.find((text) => text.startsWith(`${name} `)) ?? '';
    expect(line('KUBARR_PORT')).toMatch(/^KUBARR_PORT +8081 +KUBARR_PORT /);
    expect(line('KUBARR_DB_MAX_CONNECTIONS')).toMatch(/ 5 +default /);
    expect(line('KUBARR_SECRET_KEY')).toMatch(/ \(hidden\) +KUBARR_SECRET_KEY /);
    expect(printed.join('\n')).not.toContain('abab');
  });

  it('hides the password of a URL in a variable that should have none', () => {
    const [url, shown] = ['postgres://kubarr:pa/ss@word@db:5432/kubarr', 'postgres://(hidden)@db:5432/kubarr'];
    expect(printConfig({ KUBARR_DB_HOST: url, KUBARR_PUBLIC_URL: url })).toBe(1);
    expect(printed.filter((text) => text.includes(shown))).toHaveLength(2);
    expect([...printed, ...complaints].join('\n')).not.toMatch(/pa\/ss|@word/);
  });

  it('prints an invalid environment as well, and what is wrong with it', () => {
    expect(printConfig({ KUBARR_PORT: 'eighty' })).toBe(1);
    expect(printed.some((text) => /^KUBARR_PORT +eighty /.test(text))).toBe(true);
    expect(complaints.join()).toMatch(/KUBARR_PORT must be/);
  });
});
