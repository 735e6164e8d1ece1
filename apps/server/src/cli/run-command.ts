import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '@kubarr/platform/config';
import { explainFailure } from './explain-failure.js';

const USAGE = `kubarr serve                        run the server (the default)
kubarr migrate [--wait=SECONDS]     bring the database schema up to date, waiting for the database if asked
kubarr migrate --plan               print what migrate would do
kubarr doctor                       check everything that the server needs, and say what to do
kubarr users list                   print every account
kubarr audit verify [SEAL]          check the seals of the audit log, and that a seal you kept is among them
kubarr password reset NAME          replace a forgotten password with a random one, printed once
kubarr second-factor remove NAME    remove a lost second factor; the password alone signs in
kubarr openapi                      print the OpenAPI document
kubarr help                         this text`;

/** Exit codes: 0 done, 1 something is in the way, 2 the command cannot be understood. */
type ExitCode = 0 | 1 | 2;

/** Runs one command line. A failure that a person can fix is printed as a sentence, a fault of ours with its stack. */
export async function runCommand(words: readonly string[]): Promise<ExitCode> {
  const command = parse(words);
  if (!command) {
    console.error(USAGE);
    return 2;
  }
  try {
    const { loadServerConfig } = await import('../server-config.js');
    return await command(loadServerConfig());
  } catch (error) {
    const sentence = await explainFailure(error);
    if (sentence === undefined) throw error;
    console.error(sentence);
    return 1;
  }
}

type Command = (config: Config) => Promise<ExitCode>;

/** Commands are imported when they run: `openapi` needs no embedded database, `migrate` no web server. */
function parse(words: readonly string[]): Command | undefined {
  const [name = 'serve', ...rest] = words;
  try {
    switch (name) {
      case 'serve':
        parseArgs({ args: rest, options: {} });
        return async (config) => (await import('./serve.command.js')).serve(config);
      case 'migrate': {
        const { values } = parseArgs({ args: rest, options: { wait: { type: 'string' }, plan: { type: 'boolean' } } });
        const waitSeconds = Number(values.wait ?? '0');
        if (!Number.isInteger(waitSeconds) || waitSeconds < 0 || waitSeconds > 86_400) return undefined;
        return async (config) =>
          (await import('./migrate.command.js')).migrateCommand(config, {
            waitSeconds,
            planOnly: values.plan ?? false,
          });
      }
      case 'doctor':
        parseArgs({ args: rest, options: {} });
        return async (config) => (await import('./doctor.command.js')).doctor(config);
      case 'audit': {
        const { positionals } = parseArgs({ args: rest, options: {}, allowPositionals: true });
        const [verb, seal, ...more] = positionals;
        const isSeal = seal === undefined || /^[0-9a-f]{64}$/.test(seal);
        if (verb !== 'verify' || !isSeal || more.length > 0) return undefined;
        return async (config) => (await import('./audit.command.js')).verifyAudit(config, seal);
      }
      case 'password': {
        const { positionals } = parseArgs({ args: rest, options: {}, allowPositionals: true });
        const [verb, account, ...more] = positionals;
        if (verb !== 'reset' || !account || more.length > 0) return undefined;
        return async (config) => (await import('./password.command.js')).resetPassword(config, account);
      }
      case 'second-factor': {
        const { positionals } = parseArgs({ args: rest, options: {}, allowPositionals: true });
        const [verb, account, ...more] = positionals;
        if (verb !== 'remove' || !account || more.length > 0) return undefined;
        return async (config) => (await import('./second-factor.command.js')).removeSecondFactor(config, account);
      }
      case 'users': {
        const { positionals } = parseArgs({ args: rest, options: {}, allowPositionals: true });
        if (positionals.length !== 1 || positionals[0] !== 'list') return undefined;
        return async (config) => (await import('./users.command.js')).listUsers(config);
      }
      case 'openapi':
        parseArgs({ args: rest, options: {} });
        return async (config) => (await import('./openapi.command.js')).openapi(config);
      case 'help':
      case '--help':
        return () => {
          console.log(USAGE);
          return Promise.resolve(0);
        };
      default:
        return undefined;
    }
  } catch {
    return undefined; // an option that does not exist
  }
}
