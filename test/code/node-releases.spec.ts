import { satisfies } from 'semver';
import { read } from '../support/sources.js';

interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
  readonly engines?: { readonly node?: string };
}

/** The oldest release that package.json promises. */
const OLDEST = '20.19.0';

const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };

describe('The releases of Node.js', () => {
  it('start with the one that the tests run on', () => {
    expect(satisfies(OLDEST, engines.node)).toBe(true);
    expect(satisfies('20.18.3', engines.node)).toBe(false);
  });

  it('are accepted by every package that runs in production', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
    const refusing = Object.entries(packages)
      .filter(([name, { dev, engines: wanted }]) => name !== '' && !dev && !satisfies(OLDEST, wanted?.node ?? '*'))
      .map(([name, { version }]) => `${name}@${version}`);
    expect(refusing).toEqual([]);
  });

  it('are the same in .nvmrc and in the image', () => {
    const [, inImage] = /FROM node:(\d+)/.exec(read('Dockerfile')) ?? [];
    expect(read('.nvmrc').trim()).toBe(inImage);
    expect(satisfies(`${inImage}.99.0`, engines.node)).toBe(true);
  });
});
