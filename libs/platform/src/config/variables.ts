import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { type ConfigField, type Environment, Variable, type VariableOptions } from './variable.js';

interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

const WHOLE = /^\d{1,16}$/;
const GIBIBYTE = 2 ** 30;

/** A whole number, bounds included. */
export function integer<Fallback extends number | undefined = undefined>(
  name: string,
  { minimum, maximum, ...options }: VariableOptions<Fallback> & Bounds,
): Variable<number, Fallback> {
  return new Variable(name, options, {
    allowed: `${minimum} to ${maximum}`,
    schema: { type: 'integer', minimum, maximum },
    parse: (text) => {
      const value = WHOLE.test(text) ? Number(text) : NaN;
      return value >= minimum && value <= maximum ? value : undefined;
    },
  });
}

/** A duration as a whole number; the unit ends the name of the variable. */
export function milliseconds<Fallback extends number | undefined = undefined>(
  name: `${string}_MS`,
  options: VariableOptions<Fallback> & Bounds,
): Variable<number, Fallback> {
  return integer(name, options);
}

/** A duration as a whole number; the unit ends the name of the variable. */
export function days<Fallback extends number | undefined = undefined>(
  name: `${string}_DAYS`,
  options: VariableOptions<Fallback>,
): Variable<number, Fallback> {
  return integer(name, { ...options, minimum: 0, maximum: 36_500 });
}

/** A size of any number of bytes. */
export function bytes<Fallback extends number | undefined = undefined>(
  name: `${string}_BYTES`,
  options: VariableOptions<Fallback>,
): Variable<number, Fallback> {
  const { default: fallback } = options;
  const isGibibytes = typeof fallback === 'number' && fallback > 0 && fallback % GIBIBYTE === 0;
  const defaultText = isGibibytes ? { defaultText: `${fallback} (${fallback / GIBIBYTE} GiB)` } : {};
  return new Variable(
    name,
    { ...defaultText, ...options },
    {
      allowed: 'a whole number of bytes',
      schema: { type: 'integer', minimum: 0 },
      parse: (text) => (WHOLE.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined),
    },
  );
}

/** One of several words, in any case. */
export function choice<const Choice extends string, Fallback extends Choice | undefined = undefined>(
  name: string,
  { choices, ...options }: VariableOptions<Fallback> & { readonly choices: readonly Choice[] },
): Variable<Choice, Fallback> {
  return new Variable(name, options, {
    allowed: `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`,
    schema: { enum: choices },
    parse: (text) => choices.find((each) => each === text.toLowerCase()),
  });
}

/** On or off. */
export function flag<Fallback extends boolean | undefined = undefined>(
  name: string,
  options: VariableOptions<Fallback>,
): Variable<boolean, Fallback> {
  const { default: fallback } = options;
  const defaultText = typeof fallback === 'boolean' ? { defaultText: String(fallback) } : {};
  return new Variable(
    name,
    { ...defaultText, ...options },
    {
      allowed: 'true or false',
      schema: { enum: ['true', 'false'] },
      parse: (text) => (/^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : undefined),
    },
  );
}

/** A path; a relative one is resolved from the working directory. */
export function path<Fallback extends string | undefined = undefined>(
  name: string,
  { of, ...options }: VariableOptions<Fallback> & { readonly of: 'file' | 'directory' },
): Variable<string, Fallback> {
  return new Variable(name, options, {
    allowed: `a ${of}`,
    parse: (text, { workingDirectory }) => resolve(workingDirectory, text),
  });
}

/** Scheme, host and port of an address for browsers; a slash at the end is dropped. */
export function origin<Fallback extends string | undefined = undefined>(
  name: string,
  options: VariableOptions<Fallback>,
): Variable<string, Fallback> {
  return new Variable(name, options, { allowed: 'http:// or https:// and a host, no path', parse: parseOrigin });
}

/** Addresses or CIDR ranges. */
export function addresses(
  name: string,
  options: VariableOptions<never>,
): Variable<readonly string[], readonly string[]> {
  return new Variable<readonly string[], readonly string[]>(
    name,
    { ...options, default: [] },
    { allowed: 'addresses or CIDR ranges, separated by commas', parse: parseAddresses },
  );
}

/** Any text. */
export function text<Fallback extends string | undefined = undefined>(
  name: string,
  { allowed = 'text', ...options }: VariableOptions<Fallback> & { readonly allowed?: string },
): Variable<string, Fallback> {
  return new Variable(name, options, { allowed, parse: (given) => given });
}

/** A value of any shape; `parse` answers `undefined` for a text that is not allowed. */
export function parsed<Value, Fallback extends Value | undefined = undefined>(
  name: string,
  {
    allowed,
    parse,
    ...options
  }: VariableOptions<Fallback> & {
    readonly allowed: string;
    readonly parse: (text: string) => Value | undefined;
  },
): Variable<Value, Fallback> {
  return new Variable(name, options, { allowed, parse });
}

/** A value that is computed, not set by a variable. */
export function computed<Value>(compute: (environment: Environment) => Value): ConfigField<Value> {
  return { read: compute };
}

function parseOrigin(given: string): string | undefined {
  if (!URL.canParse(given)) return undefined;
  const url = new URL(given);
  const bare = ['/', ''].includes(url.pathname) && !url.search && !url.hash && !url.username;
  return ['http:', 'https:'].includes(url.protocol) && bare ? url.origin : undefined;
}

function parseAddresses(given: string): readonly string[] | undefined {
  const entries = given.split(',').map((entry) => entry.trim());
  const valid = entries.every((entry) => {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIP(address);
    const widest = family === 4 ? 32 : 128;
    return (
      family !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest))
    );
  });
  return valid ? entries : undefined;
}
