import { BUILD, ENTRYPOINT, ENVIRONMENT, RESULT, type Step } from '../../bin/plain-image.js';
import { NODE_OPTIONS } from '../../bin/node-flags.js';
import { read } from '../support/sources.js';

/** One instruction of the Dockerfile. */
interface Instruction {
  readonly word: string;
  readonly text: string;
}

/** The stages of the Dockerfile by name; the last one is called `image`. */
const stages: Record<string, Instruction[]> = {};
let stage: Instruction[] = [];
for (const line of read('Dockerfile').split('\n')) {
  const [, word = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
  if (word === 'FROM') stage = stages[/ AS (\w+)$/.exec(text)?.[1] ?? 'image'] = [];
  else if (word) stage.push({ word, text });
}

const line = (step: Step): string =>
  'run' in step
    ? `RUN ${step.run}`
    : [
        'COPY',
        ...(step.from ? [`--from=${step.from}`] : []),
        ...step.copy.map((path) => (step.from ? `/kubarr/${path}` : path)),
        step.to,
      ].join(' ');
const lines = (name: string, ...words: string[]): string[] =>
  (stages[name] ?? []).filter(({ word }) => words.includes(word)).map(({ word, text }) => `${word} ${text}`);

/** What only an engine can do: the user, and the programs of the other stage. */
const ONLY_IN_THE_IMAGE = /^(RUN groupadd |COPY --from=tools )/;

describe('The Dockerfile', () => {
  it('builds by the steps that bin/plain-image.js does', () => {
    expect(lines('build', 'COPY', 'RUN')).toEqual(BUILD.map(line));
  });

  it('takes over what bin/plain-image.js takes over', () => {
    const own = lines('image', 'COPY', 'RUN').filter((each) => !ONLY_IN_THE_IMAGE.test(each));
    expect(own).toEqual(RESULT.map(line));
    expect(lines('image', 'COPY', 'RUN').length - own.length).toBe(2);
  });

  it('starts the same way, with the same variables', () => {
    expect(lines('image', 'ENTRYPOINT')).toEqual([`ENTRYPOINT ${JSON.stringify(ENTRYPOINT).replaceAll(',', ', ')}`]);
    const given = lines('image', 'ENV').filter((each) => !each.includes('=$'));
    expect(given).toEqual(Object.entries(ENVIRONMENT).map(([name, value]) => `ENV ${name}=${value}`));
  });

  it('starts with the flags of Node.js that npm start has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const options = '"${NODE_OPTIONS:-' + NODE_OPTIONS + '}"';
    expect(scripts['start']).toBe(
      `exec env MALLOC_ARENA_MAX=${ENVIRONMENT['MALLOC_ARENA_MAX']} NODE_OPTIONS=${options} ${ENTRYPOINT.join(' ')} serve`,
    );
  });

  it('does nothing else', () => {
    const words = Object.values(stages).flatMap((each) => each.map(({ word }) => word));
    expect([...new Set(words)].sort()).toEqual(
      ['ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'RUN', 'USER', 'VOLUME', 'WORKDIR'].sort(),
    );
    expect(Object.keys(stages)).toEqual(['build', 'tools', 'image']);
  });

  it('builds helm and kubectl from pinned modules, and lets them say their version', () => {
    const version = (module: string): string =>
      new RegExp(`^\\s*${module} v(\\S+)`, 'm').exec(read('image/tools/go.mod'))?.[1] ?? `no ${module}`;
    const [build] = lines('tools', 'RUN');
    expect(build).toContain(`/internal/version.version=v${version('helm.sh/helm/v4')} `);
    // kubectl is versioned as 0.35.1 where Kubernetes says 1.35.1.
    expect(build).toContain(`/version.gitVersion=v${version('k8s.io/kubectl').replace(/^0/, '1')}'`);
    for (const module of ['helm.sh/helm/v4', 'k8s.io/kubectl'])
      expect(read('image/tools/go.sum')).toContain(`${module} v${version(module)} h1:`);
  });

  it('runs as a user with a number and a name, on pinned bases', () => {
    expect(lines('image', 'USER')).toEqual(['USER 10001:10001']);
    for (const [, base = ''] of read('Dockerfile').matchAll(/^FROM (?:--\S+ )?(\S+)/gm))
      expect(base).toMatch(/^(node:24\.\d+\.\d+|golang:1\.\d+)-/);
  });

  it('lets in what it copies, and nothing that is secret', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((each) => each.startsWith('!'))
      .map((each) => each.slice(1));
    const copied = Object.values(stages).flatMap((each) =>
      each
        .filter(({ word, text }) => word === 'COPY' && !text.startsWith('--from='))
        .flatMap(({ text }) => text.split(' ').slice(0, -1))
        .map((path) => path.split('/')[0] ?? ''),
    );
    expect([...new Set(copied)].sort()).toEqual(allowed.sort());
    expect(read('.dockerignore')).toMatch(/^\*$/m);
  });
});
