import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig, variablesOf } from './define-config.js';
import { explainVariables, InvalidEnvironment, loadConfig } from './load-config.js';
import { type ConfigClass } from './variable.js';
import {
  addresses,
  bytes,
  choice,
  computed,
  days,
  flag,
  integer,
  milliseconds,
  origin,
  parsed,
  path,
  text,
} from './variables.js';

const purpose = 'For a test.';

class Door extends defineConfig(
  {
    width: integer('DOOR_WIDTH', { minimum: 1, maximum: 300, default: 90, aliases: ['OLD_DOOR_WIDTH'], purpose }),
    height: integer('DOOR_HEIGHT', { minimum: 1, maximum: 300, purpose }),
    closeAfterMs: milliseconds('DOOR_CLOSE_AFTER_MS', { minimum: 0, maximum: 9_000, default: 500, purpose }),
    paintedForDays: days('DOOR_PAINTED_FOR_DAYS', { default: 30, purpose }),
    logBytes: bytes('DOOR_LOG_BYTES', { default: 2 ** 30, purpose }),
    color: choice('DOOR_COLOR', { choices: ['red', 'green', 'blue'], default: 'red', purpose }),
    isLocked: flag('DOOR_LOCKED', { default: false, purpose }),
    manual: path('DOOR_MANUAL', { of: 'file', purpose }),
    bell: origin('DOOR_BELL', { purpose }),
    friends: addresses('DOOR_FRIENDS', { purpose }),
    code: parsed('DOOR_CODE', {
      secret: true,
      allowed: '4 digits',
      parse: (given) => (/^\d{4}$/.test(given) ? Number(given) : undefined),
      purpose,
    }),
    label: text('DOOR_LABEL', { secret: true, purpose }),
    isTall: computed(({ inCluster }) => inCluster),
  },
  ({ width, height }) => (height !== undefined && width > height ? ['DOOR_WIDTH must not be above DOOR_HEIGHT'] : []),
) {
  get area(): number {
    return this.width * (this.height ?? 0);
  }
}

class House extends defineConfig({
  name: text('HOUSE_NAME', {
    default: ({ get }) => `a house with a ${get(Door).color} door`,
    defaultText: 'by its door',
    purpose,
  }),
}) {}

const load = <Slice extends object>(config: ConfigClass<Slice>, environment: Record<string, string>): Slice =>
  loadConfig([config], environment, '/work').get(config);

const problems = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig([Door], environment, '/work');
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.problems;
    throw error;
  }
};

describe('loadConfig', () => {
  it('gives defaults where nothing is set, also where the text is empty', () => {
    expect({ ...load(Door, { DOOR_WIDTH: ' ', DOOR_COLOR: '' }) }).toEqual({
      width: 90,
      height: undefined,
      closeAfterMs: 500,
      paintedForDays: 30,
      logBytes: 2 ** 30,
      color: 'red',
      isLocked: false,
      manual: undefined,
      bell: undefined,
      friends: [],
      code: undefined,
      label: undefined,
      isTall: false,
    });
  });

  it('reads each kind of value', () => {
    const door = load(Door, {
      DOOR_WIDTH: '80',
      DOOR_HEIGHT: '200',
      DOOR_COLOR: 'Blue',
      DOOR_LOCKED: 'yes',
      DOOR_MANUAL: 'manual.txt',
      DOOR_BELL: 'https://bell.example:8443/',
      DOOR_FRIENDS: '10.0.0.0/8, fd00::1',
      DOOR_CODE: '0042',
      KUBERNETES_SERVICE_HOST: '10.43.0.1',
    });
    expect(door).toMatchObject({
      width: 80,
      color: 'blue',
      isLocked: true,
      manual: '/work/manual.txt',
      bell: 'https://bell.example:8443',
      friends: ['10.0.0.0/8', 'fd00::1'],
      code: 42,
      isTall: true,
    });
    expect(door.area).toBe(16_000);
  });

  it('lets a default follow from another part, which need not be in the list', () => {
    expect(load(House, { DOOR_COLOR: 'green' }).name).toBe('a house with a green door');
  });

  it('takes an older name, and the current one before it', () => {
    expect(load(Door, { OLD_DOOR_WIDTH: '70' }).width).toBe(70);
    expect(load(Door, { OLD_DOOR_WIDTH: '70', DOOR_WIDTH: '60' }).width).toBe(60);
  });

  it('lists every bad variable by name, with what is allowed, and never its value', () => {
    const found = problems({
      DOOR_WIDTH: '301-hush',
      DOOR_CLOSE_AFTER_MS: '9001',
      DOOR_PAINTED_FOR_DAYS: '-1',
      DOOR_LOG_BYTES: '99999999999999999',
      DOOR_COLOR: 'hush',
      DOOR_LOCKED: 'hush',
      DOOR_BELL: 'https://hush.example/path',
      DOOR_FRIENDS: '10.0.0.0/33',
      DOOR_CODE: 'hush',
    });
    expect(found).toEqual([
      'DOOR_WIDTH must be 1 to 300',
      'DOOR_CLOSE_AFTER_MS must be 0 to 9000',
      'DOOR_PAINTED_FOR_DAYS must be 0 to 36500',
      'DOOR_LOG_BYTES must be a whole number of bytes',
      'DOOR_COLOR must be red, green or blue',
      'DOOR_LOCKED must be true or false',
      'DOOR_BELL must be http:// or https:// and a host, no path',
      'DOOR_FRIENDS must be addresses or CIDR ranges, separated by commas',
      'DOOR_CODE must be 4 digits',
    ]);
  });

  it('lists what is wrong with several variables together', () => {
    expect(problems({ DOOR_WIDTH: '200', DOOR_HEIGHT: '100', DOOR_COLOR: 'pink' })).toEqual([
      'DOOR_COLOR must be red, green or blue',
      'DOOR_WIDTH must not be above DOOR_HEIGHT',
    ]);
  });

  it('reads a secret from a file, but nothing else, and names a file that is missing without its text', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubarr-secret-'));
    const file = join(folder, 'label');
    writeFileSync(file, 'from the file\n');
    expect(load(Door, { DOOR_LABEL_FILE: file }).label).toBe('from the file');
    expect(load(Door, { DOOR_LABEL_FILE: file, DOOR_LABEL: 'given' }).label).toBe('given');
    expect(load(Door, { DOOR_MANUAL_FILE: file }).manual).toBeUndefined();
    rmSync(folder, { recursive: true });
    expect(problems({ DOOR_LABEL_FILE: file })).toEqual([
      'DOOR_LABEL_FILE must be the name of a file that this process can read',
    ]);
  });

  it('is frozen, and has no other parts than those that were loaded', () => {
    const config = loadConfig([Door], {});
    expect(Object.isFrozen(config.get(Door))).toBe(true);
    expect(() => config.get(House)).toThrow('House is not among');
  });
});

describe('explainVariables', () => {
  it('says what is in effect and where it is from, and hides secrets', () => {
    const states = explainVariables(variablesOf([Door, House]), {
      OLD_DOOR_WIDTH: '70',
      DOOR_CODE: '1234',
      DOOR_COLOR: 'not a color',
    });
    const rows = Object.fromEntries(states.map(({ variable, value, source }) => [variable.name, [value, source]]));
    expect(rows).toMatchObject({
      DOOR_WIDTH: ['70', 'OLD_DOOR_WIDTH'],
      DOOR_CODE: ['(hidden)', 'DOOR_CODE'],
      DOOR_COLOR: ['not a color', 'DOOR_COLOR'],
      DOOR_HEIGHT: ['none', 'default'],
      DOOR_LOG_BYTES: ['1073741824 (1 GiB)', 'default'],
      DOOR_LOCKED: ['false', 'default'],
      HOUSE_NAME: ['by its door', 'default'],
    });
  });
});
