import { Browser } from '../../test/support/browser.js';

/** Sets the product up over HTTP, with the setup token off. Returns the session cookie of the administrator. */
export async function signedInCookie(url: string, storagePath: string): Promise<string> {
  const browser = new Browser(url);
  const password = 'correct horse battery';
  await browser.post('/api/setup/server', { name: 'Bench', storage_path: storagePath });
  await browser.post('/api/setup/initialize', {
    admin_username: 'admin',
    admin_email: 'admin@home.example',
    admin_password: password,
  });
  const { status, text } = await browser.post('/auth/login', { username: 'admin', password });
  if (status !== 200) throw new Error(text);
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
