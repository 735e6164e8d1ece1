import { createRequire } from 'node:module';
import { type LogConfig } from './log.config.js';
import { type DestinationStream, pino, type Logger, stdTimeFunctions } from 'pino';
import { type LogFields, loggable } from './log-fields.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/**
 * The logger of the product, injected by its class. `error` = someone must act now; `warn` = healed by itself; `info` = a
 * state change. Secrets are hidden by name at every depth (`log-fields.ts`), so whole objects may be handed over.
 */
export class Log {
  constructor(private readonly pino: Logger) {}

  /** A logger whose every line carries the fields, such as `{ area: 'auth' }` or `{ requestId }`. */
  child(fields: LogFields): Log {
    return new Log(this.pino.child(loggable(fields)));
  }

  isLogged(level: LogLevel): boolean {
    return this.pino.isLevelEnabled(level);
  }

  trace(message: string, fields?: LogFields): void {
    this.write('trace', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.write('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.write('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.write('warn', message, fields);
  }

  /** Pass the failure as `{ error }`: it is written with its causes and without the values it concerned. */
  error(message: string, fields?: LogFields): void {
    this.write('error', message, fields);
  }

  private write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (!this.pino.isLevelEnabled(level)) return;
    if (fields) this.pino[level](loggable(fields), message);
    else this.pino[level](message);
  }
}

/** Lines that wait while a destination cannot take them, in bytes; what goes beyond is dropped instead of filling memory. */
const LONGEST_BACKLOG = 1024 * 1024;

/**
 * A logger that writes synchronously, so that the last line before a crash is not lost. A closed destination (EPIPE) ends
 * the logging, a full one drops lines; neither stops the process.
 *
 * @param destination A file descriptor, 1 = standard output; or whatever takes a line, in tests.
 */
export function createLogger(config: LogConfig, destination: number | DestinationStream = 1): Log {
  const isTerminal = destination === 1 && process.stdout.isTTY;
  const isPretty = config.format === 'pretty' || (config.format === 'auto' && isTerminal);
  const sink = typeof destination === 'number' ? descriptor(destination) : destination;
  return new Log(
    pino(
      {
        level: config.level,
        base: undefined,
        messageKey: 'message',
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      isPretty ? prettyStream(sink, isTerminal) : sink,
    ),
  );
}

/** Drops every line. For tests and for tools whose output is their own. */
export function silentLog(): Log {
  return new Log(pino({ enabled: false }));
}

function descriptor(fd: number): DestinationStream {
  const stream = pino.destination({ fd, sync: true, maxLength: LONGEST_BACKLOG });
  stream.on('error', () => undefined); // there is no other place to report it; an unheard 'error' would end the process
  return stream;
}

/** Loaded only when wanted: in production nobody reads colours, and the package costs memory. */
function prettyStream(sink: DestinationStream, colorize: boolean): DestinationStream {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty');
  const format = prettyFactory({
    colorize,
    messageKey: 'message',
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'area',
    messageFormat: (line, messageKey) => [line['area'], line[messageKey]].filter(Boolean).join(': '),
  });
  return { write: (line: string) => sink.write(format(line)) };
}
