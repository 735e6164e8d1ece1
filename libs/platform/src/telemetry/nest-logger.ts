import { type LoggerService } from '@nestjs/common';
import { type Log, type LogLevel } from './log.js';

/** Contexts of Nest's start-up lines, one per module and route: logged at `debug`. */
const WIRING = new Set(['NestFactory', 'NestApplication', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Writes Nest's messages to the log. The context, Nest's last text argument, becomes the area. */
export class NestLogger implements LoggerService {
  constructor(private readonly root: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  private write(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const area = typeof last === 'string' && !last.includes('\n') ? last : 'nest';
    const details = rest.filter((entry) => entry !== undefined && entry !== area);
    const stack = details.find((entry) => typeof entry === 'string' && /\n\s+at /.test(entry));
    const error = [message, ...details].find((entry) => entry instanceof Error);
    const others = details.filter((entry) => entry !== stack && entry !== error);
    const text =
      message instanceof Error ? message.message : typeof message === 'string' ? message : 'Message from Nest';
    this.root[level === 'info' && WIRING.has(area) ? 'debug' : level](text, {
      area,
      ...(typeof message === 'object' && !(message instanceof Error) && { details: message }),
      ...(error instanceof Error && { error }),
      ...(stack !== undefined && !error && { stack }),
      ...(others.length > 0 && { more: others }),
    });
  }
}
