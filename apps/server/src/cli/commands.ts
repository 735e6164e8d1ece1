import { type ParseArgsConfig } from 'node:util';
import { type Config } from '@kubarr/platform/config';

/** Exit codes: 0 done, 1 a failure, 2 the command line cannot be understood. */
export type ExitCode = 0 | 1 | 2;

/** The words and options after the name of a command. */
export interface CommandArguments {
  readonly words: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

export interface Command {
  /** As typed, such as `users list`. */
  readonly name: string;
  /** What the usage shows after the name. */
  readonly usage?: string;
  readonly purpose: string;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** Fewest and most words after the name; default none. */
  readonly words?: readonly [number, number];
  /**
   * `undefined` when an argument cannot be understood. Each command imports its file when it runs: `openapi` needs no
   * embedded database, `migrate` no web server.
   *
   * @param config Reads the environment. @throws InvalidEnvironment
   */
  run(config: () => Config, given: CommandArguments): Promise<ExitCode> | undefined;
}

const SEAL = /^[0-9a-f]{64}$/;
const LONGEST_WAIT_SECONDS = 86_400;

/** Every command, in the order of the usage. The first one runs when none is named. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    purpose: 'run the server (the default)',
    run: async (config) => (await import('./serve.command.js')).serve(config()),
  },
  {
    name: 'migrate',
    usage: '[--wait=SECONDS] [--plan]',
    purpose: 'bring the database schema up to date, or print what is missing',
    options: { wait: { type: 'string', default: '0' }, plan: { type: 'boolean', default: false } },
    run: (config, { values }) => {
      const waitSeconds = Number(values['wait']);
      if (!Number.isInteger(waitSeconds) || waitSeconds < 0 || waitSeconds > LONGEST_WAIT_SECONDS) return undefined;
      const options = { waitSeconds, planOnly: values['plan'] === true };
      return import('./migrate.command.js').then(({ migrateCommand }) => migrateCommand(config(), options));
    },
  },
  {
    name: 'doctor',
    purpose: 'check everything that the server needs, and say what to do',
    run: async (config) => (await import('./doctor.command.js')).doctor(config()),
  },
  {
    name: 'config',
    purpose: 'print every environment variable: what is in effect, and where it comes from',
    run: async () => (await import('./config.command.js')).printConfig(),
  },
  {
    name: 'jobs run',
    usage: '[NAME]',
    purpose: 'run a scheduled job now, and wait until it ends; without NAME print all of them',
    words: [0, 1],
    run: async (config, { words: [job] }) => {
      const { listJobs, runJob } = await import('./jobs.command.js');
      return job === undefined ? listJobs(config()) : runJob(config(), job);
    },
  },
  {
    name: 'users list',
    purpose: 'print every account',
    run: async (config) => (await import('./users.command.js')).listUsers(config()),
  },
  {
    name: 'password reset',
    usage: 'NAME',
    purpose: 'replace a forgotten password with a random one, printed once',
    words: [1, 1],
    run: async (config, { words: [account = ''] }) =>
      (await import('./password.command.js')).resetPassword(config(), account),
  },
  {
    name: 'second-factor remove',
    usage: 'NAME',
    purpose: 'remove a lost second factor; the password alone signs in',
    words: [1, 1],
    run: async (config, { words: [account = ''] }) =>
      (await import('./second-factor.command.js')).removeSecondFactor(config(), account),
  },
  {
    name: 'audit verify',
    usage: '[SEAL]',
    purpose: 'verify the seals of the audit log, and that SEAL is among them',
    words: [0, 1],
    run: (config, { words: [seal] }) =>
      seal === undefined || SEAL.test(seal)
        ? import('./audit.command.js').then(({ verifyAudit }) => verifyAudit(config(), seal))
        : undefined,
  },
  {
    name: 'openapi',
    purpose: 'print the OpenAPI document',
    run: async (config) => (await import('./openapi.command.js')).openapi(config()),
  },
];

/** One line for each command. */
export function usage(): string {
  const lines = COMMANDS.map(({ name, usage: rest, purpose }) => ({
    line: ['kubarr', name, rest].filter(Boolean).join(' '),
    purpose,
  }));
  const width = Math.max(...lines.map(({ line }) => line.length)) + 2;
  return [...lines, { line: 'kubarr help', purpose: 'this text' }]
    .map(({ line, purpose }) => line.padEnd(width) + purpose)
    .join('\n');
}
