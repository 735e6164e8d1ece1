import { effectivePermissions, hasPermission, isPermission, PERMISSIONS } from '@kubarr/access';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: { readonly type?: string; readonly format?: string };
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly 'x-permission': string;
  readonly 'x-own-things'?: boolean;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
}

/** A caller: what they may do, by the catalogue, and how they get a session. */
interface Caller {
  readonly name: string;
  readonly permissions: ReadonlySet<string> | undefined;
  browser: Browser;
}

/**
 * Every operation of our own description by everybody: new ones are covered from the moment they are described. Requests
 * name things that do not exist and leave fields out, so that an account that is let in changes nothing.
 */
describe('Every operation', () => {
  let kubarr: TestApplication;
  let operations: Operation[];
  let callers: Caller[];

  beforeAll(async () => {
    kubarr = await TestApplication.start();
    const administrator = kubarr.administrator();
    const { paths } = (await administrator.get('/api/openapi.json')).body;
    operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
    );
    const custom = PERMISSIONS.map(({ key }) => key).filter((_, position) => position % 2 === 1);
    const { id } = (await administrator.post('/api/roles', { name: 'custom' })).body;
    await administrator.put(`/api/roles/${id}/permissions`, { permissions: custom });
    const roles: { name: string; permissions: string[] }[] = (await administrator.get('/api/roles')).body;
    const granted = (name: string): ReadonlySet<string> =>
      new Set(roles.find((role) => role.name === name)?.permissions);
    callers = [
      { name: 'anonymous', permissions: undefined, browser: kubarr.browser() },
      { name: 'no role', permissions: new Set(), browser: kubarr.browser() },
      { name: 'viewer', permissions: granted('viewer'), browser: kubarr.browser() },
      { name: 'downloader', permissions: granted('downloader'), browser: kubarr.browser() },
      { name: 'custom', permissions: new Set(custom), browser: kubarr.browser() },
      {
        name: 'admin',
        permissions: new Set(effectivePermissions([{ name: 'admin', isSystem: true, permissions: [], appNames: [] }])),
        browser: kubarr.browser(),
      },
    ];
    for (const { name, permissions } of callers)
      if (permissions && name !== 'admin') await kubarr.addUser(name, [name]);
  });
  afterAll(() => kubarr.close());

  it('lets in an account with its permission, and nobody else', async () => {
    const wrong: string[] = [];
    let checked = 0;
    for (const operation of operations) {
      for (const caller of callers) {
        const answer = await call(operation, caller);
        const expected = expectation(operation, caller);
        if (!isAs(expected, answer))
          wrong.push(
            `${operation.method} ${operation.path} (${operation['x-permission']}) by ${caller.name}: ${expected} was expected, got ${answer.status} ${answer.text.slice(0, 120)}`,
          );
        checked++;
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(6 * 50);
  });

  it('names public, authenticated or a permission that can be granted', () => {
    for (const operation of operations) {
      const access = operation['x-permission'];
      expect(['public', 'authenticated'].includes(access) || isPermission(access)).toBe(true);
    }
  });

  async function call(operation: Operation, caller: Caller): Promise<Answer> {
    await keepSignedIn(caller);
    const body = operation.method === 'GET' || !operation.requestBody ? undefined : {};
    return caller.browser.send(operation.method, pathOf(operation), body);
  }

  /** Some operations end the session that calls them. */
  async function keepSignedIn(caller: Caller): Promise<void> {
    if (!caller.permissions || (await caller.browser.get('/auth/sessions')).status === 200) return;
    const username = caller.name === 'admin' ? ADMINISTRATOR.username : caller.name;
    await kubarr.signIn({ username, password: ADMINISTRATOR.password }, caller.browser);
  }
});

type Expectation = 'sign in first' | 'not allowed' | 'only what is their own' | 'let in';

function expectation({ 'x-permission': access, 'x-own-things': own }: Operation, { permissions }: Caller): Expectation {
  if (access === 'public') return 'let in';
  if (!permissions) return 'sign in first';
  if (access === 'authenticated' || hasPermission(permissions, access)) return 'let in';
  return own ? 'only what is their own' : 'not allowed';
}

/** An account that is let in may still get the answer that a field is missing, that nothing is there, or that there is no cluster. */
function isAs(expected: Expectation, { status, text }: Answer): boolean {
  const isProblemOf = (code: string): boolean => text.includes(`"code":"${code}"`);
  switch (expected) {
    case 'sign in first':
      return status === 401 && (text === '' || isProblemOf('auth.not-signed-in')); // an answer to HEAD has no text
    case 'not allowed':
      return status === 403;
    case 'only what is their own': // none of them has anything
      return [403, 404].includes(status) || (status === 200 && !/\[[^\]]|\{"id"/.test(text));
    case 'let in':
      if (text === '') return ![401, 403, 500].includes(status);
      return status !== 500 && !isProblemOf('auth.not-signed-in') && !isProblemOf('auth.permission-missing');
  }
}

/** The path with parameters that fit and name nothing. */
const pathOf = ({ path, parameters = [] }: Operation): string =>
  parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, { name, schema }) => text.replace(`{${name}}`, nothing(schema)), path);

function nothing(schema: Parameter['schema']): string {
  if (schema?.type === 'integer') return '999999999';
  return schema?.format === 'uuid' ? '00000000-0000-4000-8000-000000000000' : 'nothing';
}
