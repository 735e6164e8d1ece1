import { createRequire } from 'node:module';
import { type LogConfig } from './log.config.js';
import { type DestinationStream, pino, type Logger, stdTimeFunctions } from 'pino';
import { type LogFields, loggable } from './log-fields.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/**
 * The logger of the product. `error` = someone must act now; `warn` = recovered without help; `info` = a state change.
 * Values of secret names are hidden at every depth (`log-fields.ts`), so whole objects may be passed.
 */
export class Log {
  constructor(private readonly pino: Logger) {}

  /** A logger that adds the fields to every line, such as `{ area: 'auth' }` or `{ requestId }`. */
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

  /** Pass a failure as `{ error }`: logged with its causes and without values. */
  error(message: string, fields?: LogFields): void {
    this.write('error', message, fields);
  }

  private write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (!this.pino.isLevelEnabled(level)) return;
    if (fields) this.pino[level](loggable(fields), message);
    else this.pino[level](message);
  }
}

/** Most buffered output while the destination is blocked, in bytes; more is dropped. */
const MAX_BACKLOG_BYTES = 1024 * 1024;

/**
 * A logger that writes synchronously, so that the last line before a crash is not lost. Lines for a closed (EPIPE) or
 * blocked destination are dropped; neither stops the process.
 *
 * @param destination A file descriptor, 1 = standard output; or a stream, for tests.
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

/** Drops every line. For tests and command-line tools. */
export function silentLog(): Log {
  return new Log(pino({ enabled: false }));
}

function descriptor(fd: number): DestinationStream {
  const stream = pino.destination({ fd, sync: true, maxLength: MAX_BACKLOG_BYTES });
  stream.on('error', () => undefined); // an unhandled 'error' event would end the process
  return stream;
}

/** Loads pino-pretty on first use: production does not need its memory. */
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
