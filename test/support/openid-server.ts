import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Browser } from './browser.js';

/** A real OpenID Connect provider in a process of its own. */
export class OpenIdServer {
  private constructor(
    readonly issuer: string,
    private readonly child: ChildProcess,
  ) {}

  /** @param mode `claims-in-id-token`: tells everything in the ID token; else e-mail and name only when asked for more. */
  static async start(redirectUri: string, mode = ''): Promise<OpenIdServer> {
    const child = fork(fileURLToPath(new URL('openid-provider.mjs', import.meta.url)), [redirectUri, mode], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'] },
      execArgv: [],
    });
    let output = '';
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    while (!output.includes('\n')) {
      const [chunk] = (await Promise.race([
        once(child.stdout as NodeJS.ReadableStream, 'data'),
        once(child, 'exit').then(() => {
          throw new Error(`the provider ended: ${errors}`);
        }),
      ])) as [Buffer];
      output += chunk.toString();
    }
    return new OpenIdServer(/listening (\S+)/.exec(output)?.[1] ?? '', child);
  }

  /**
   * What a person does there: follows the address that we sent them to, signs in and agrees. Answers the address that the
   * provider sends them back to.
   */
  async signIn(location: string, name: string): Promise<URL> {
    const person = new Browser(this.issuer);
    let answer = await person.get(location);
    for (let step = 0; step < 10; step++) {
      const next = answer.headers.get('location');
      if (next && !next.startsWith('/') && !next.startsWith(this.issuer)) return new URL(next);
      if (next) answer = await person.get(next);
      else {
        const action = /<form[^>]* action="([^"]+)"/.exec(answer.text)?.[1] ?? '';
        const prompt = /name="prompt" value="(\w+)"/.exec(answer.text)?.[1] ?? '';
        const fields = new URLSearchParams({ prompt, login: name, password: 'any' });
        answer = await person.send('POST', action, fields.toString(), {
          'content-type': 'application/x-www-form-urlencoded',
        });
      }
    }
    throw new Error(`the provider never sent anybody back: ${answer.status} ${answer.text}`);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}
