import { connectTo } from '../../test/support/test-data-source.js';
import { Browser } from '../../test/support/browser.js';
import { type DatabaseTarget } from '@kubarr/platform/database';

/** The password of every account in a benchmark. */
export const PASSWORD = 'correct horse battery';

/** Concurrent sign-ins: the server hashes two at once and queues the others. */
const AT_ONCE = 8;

/**
 * Fills a database that is set up: `users` accounts beside the administrator and `roles` roles in all, each account in
 * three of them.
 *
 * @returns Names of the accounts.
 */
export async function fillHousehold(target: DatabaseTarget, users: number, roles: number): Promise<string[]> {
  const database = await connectTo(target, 1);
  await database.query(
    `INSERT INTO roles (name) SELECT 'role ' || n FROM generate_series(1, $1::int - (SELECT count(*)::int FROM roles)) AS n`,
    [roles],
  );
  await database.query(`
    INSERT INTO role_permissions (role_id, permission)
      SELECT r.id, p.permission FROM roles r CROSS JOIN
        (SELECT permission, row_number() OVER (ORDER BY permission) AS n
          FROM (SELECT DISTINCT permission FROM role_permissions) AS known) AS p
      WHERE r.name LIKE 'role %' AND (r.id + p.n) % 2 = 0 ON CONFLICT DO NOTHING`);
  await database.query(`
    INSERT INTO role_app_permissions (role_id, app_name)
      SELECT r.id, 'app-' || n FROM roles r, generate_series(1, 10) AS n WHERE r.name LIKE 'role %'`);
  await database.query(
    `INSERT INTO users (username, email, password_hash, is_approved)
       SELECT 'person' || n, 'person' || n || '@home.example', (SELECT password_hash FROM users ORDER BY id LIMIT 1), true
       FROM generate_series(1, $1::int) AS n`,
    [users],
  );
  await database.query(`
    INSERT INTO user_roles (user_id, role_id)
      SELECT u.id, r.id FROM users u, (SELECT id, row_number() OVER (ORDER BY id) AS n FROM roles WHERE name <> 'admin') AS r
      WHERE u.username LIKE 'person%' AND (r.n + u.id) % ((SELECT count(*) FROM roles) / 3) = 0 ON CONFLICT DO NOTHING`);
  await database.query('ANALYZE');
  const people = await database.query<{ username: string }[]>(
    "SELECT username FROM users WHERE username LIKE 'person%' ORDER BY id",
  );
  await database.destroy();
  return people.map(({ username }) => username);
}

/** Signs all accounts in. Returns their session cookies. */
export async function signInAll(url: string, usernames: readonly string[]): Promise<string[]> {
  const cookies: string[] = [];
  for (let from = 0; from < usernames.length; from += AT_ONCE) {
    const some = usernames.slice(from, from + AT_ONCE);
    cookies.push(...(await Promise.all(some.map((username) => signIn(url, username)))));
  }
  return cookies;
}

async function signIn(url: string, username: string): Promise<string> {
  const browser = new Browser(url);
  const { status, text } = await browser.post('/auth/login', { username, password: PASSWORD });
  if (status !== 200) throw new Error(text);
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
