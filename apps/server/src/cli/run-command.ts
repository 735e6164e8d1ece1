import { parseArgs } from 'node:util';
import { COMMANDS, type Command, type CommandArguments, type ExitCode, usage } from './commands.js';
import { explainFailure } from './explain-failure.js';

/** Runs one command line. A failure that a person can fix is printed as a sentence, an unexpected one with its stack. */
export async function runCommand(line: readonly string[]): Promise<ExitCode> {
  if (['help', '--help'].includes(line[0] ?? '')) {
    console.log(usage());
    return 0;
  }
  const { loadServerConfig } = await import('../server-config.js');
  const [command, given] = parse(line) ?? [];
  try {
    const exitCode = given && (await command?.run(loadServerConfig, given));
    if (exitCode !== undefined) return exitCode;
    console.error(usage());
    return 2;
  } catch (error) {
    const sentence = await explainFailure(error);
    if (sentence === undefined) throw error;
    console.error(sentence);
    return 1;
  }
}

/** The command that a line names, and its arguments; `undefined` when the line cannot be understood. */
function parse(line: readonly string[]): [Command, CommandArguments] | undefined {
  const [first = 'serve', ...rest] = line;
  const words = [first, ...rest];
  const command = COMMANDS.find(({ name }) => words.slice(0, name.split(' ').length).join(' ') === name);
  if (!command) return undefined;
  const [fewest, most] = command.words ?? [0, 0];
  try {
    const { positionals, values } = parseArgs({
      args: words.slice(command.name.split(' ').length),
      options: command.options ?? {},
      allowPositionals: true,
    });
    if (positionals.length < fewest || positionals.length > most || positionals.includes('')) return undefined;
    return [command, { words: positionals, values: values as CommandArguments['values'] }];
  } catch {
    return undefined; // an option that does not exist
  }
}
