import { type FieldIssue } from '@kubarr/platform/errors';
import { isEmail } from 'class-validator';

/** One value of a channel's configuration, from which it is validated and masked. */
export interface ConfigField {
  readonly name: string;
  readonly type: 'text' | 'secret' | 'port' | 'boolean' | 'email' | 'url';
  readonly isRequired?: boolean;
  /** Names the server that the secrets of the same configuration are sent to. */
  readonly receivesSecrets?: boolean;
  readonly description: string;
}

export type ConfigValue = string | number | boolean;
export type ChannelConfig = Readonly<Record<string, ConfigValue>>;

/** Replaces a secret in responses. In a request it leaves the stored secret unchanged. */
export const MASK = '********';

const MAX_LENGTH = 500;

/** Parses the text of a value; `undefined` = invalid. The web client sends all values as text. */
const PARSERS: Readonly<Record<ConfigField['type'], (text: string) => ConfigValue | undefined>> = {
  text: (text) => (/^\P{Cc}+$/u.test(text) ? text : undefined), // a line break could add a mail header
  secret: (text) => (/^\P{Cc}+$/u.test(text) ? text : undefined),
  port: (text) => (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? Number(text) : undefined),
  boolean: (text) => (['true', 'false'].includes(text) ? text === 'true' : undefined),
  email: (text) => (isEmail(text) ? text : undefined),
  url: (text) => (isPlainUrl(text) ? text : undefined),
};

const ALLOWED: Readonly<Record<ConfigField['type'], string>> = {
  text: `must be one line of at most ${MAX_LENGTH} characters`,
  secret: `must be one line of at most ${MAX_LENGTH} characters`,
  port: 'must be a port from 1 to 65535',
  boolean: 'must be true or false',
  email: 'must be an e-mail address',
  url: 'must be an http or https address without a user name',
};

export function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}

/**
 * Merges the request into the stored configuration: missing values and masked secrets stay, an empty text or `null`
 * removes a value. A stored secret must not go to a new server: who enters the server may not know the secret.
 *
 * @param into Receives the invalid values.
 */
export function mergeConfig(
  fields: readonly ConfigField[],
  stored: ChannelConfig,
  sent: Readonly<Record<string, unknown>>,
  into: FieldIssue[],
): ChannelConfig {
  const merged: Record<string, ConfigValue> = { ...stored };
  for (const [name, value] of Object.entries(sent)) {
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) {
      into.push({ path: `config.${name.slice(0, 50)}`, message: 'is unknown' });
    } else if (value === null || value === '') {
      delete merged[name];
    } else if (!(field.type === 'secret' && value === MASK)) {
      const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      const text = isPlain ? String(value).trim() : '';
      const parsed = text.length <= MAX_LENGTH ? PARSERS[field.type](text) : undefined;
      if (parsed === undefined) into.push({ path: `config.${name}`, message: ALLOWED[field.type] });
      else merged[name] = parsed;
    }
  }
  if (fields.some(({ name, receivesSecrets }) => receivesSecrets && name in merged && merged[name] !== stored[name]))
    into.push(...keptSecrets(fields, stored, sent).map((name) => ({ path: `config.${name}`, message: ENTER_AGAIN })));
  return merged;
}

const ENTER_AGAIN = 'must be entered again, because it would go to another server';

function keptSecrets(
  fields: readonly ConfigField[],
  stored: ChannelConfig,
  sent: Readonly<Record<string, unknown>>,
): string[] {
  return fields
    .filter(({ name, type }) => type === 'secret' && name in stored && [undefined, MASK].includes(sent[name] as string))
    .map(({ name }) => name);
}

/** An issue for each required value that is missing. */
export function missingValues(fields: readonly ConfigField[], config: ChannelConfig): FieldIssue[] {
  return fields
    .filter(({ name, isRequired }) => isRequired && config[name] === undefined)
    .map(({ name }) => ({ path: `config.${name}`, message: 'is required' }));
}

/** The configuration for a response. */
export function maskConfig(fields: readonly ConfigField[], config: ChannelConfig): ChannelConfig {
  const secrets = new Set(fields.filter(({ type }) => type === 'secret').map(({ name }) => name));
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, secrets.has(name) ? MASK : value]));
}
