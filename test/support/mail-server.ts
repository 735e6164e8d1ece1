import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './sources.js';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly isSecure: boolean;
  /** Headers and body as they came. */
  readonly text: string;
}

export interface MailServerOptions {
  readonly tls?: 'starttls' | 'implicit';
  readonly key?: string;
  readonly cert?: string;
  readonly user?: string;
  readonly password?: string;
  /** The reply code to every recipient. */
  readonly refuse?: number;
  /** Accepts connections and sends nothing. */
  readonly silent?: boolean;
}

/** A real mail server in a process of its own. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const script = join(ROOT, 'test/support/mail-server-process.mjs');
    const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout);
    const [port] = (await once(lines, 'line')) as [string];
    const server = new MailServer(child, Number(port));
    lines.on('line', (line) => server.mails.push(JSON.parse(line) as ReceivedMail));
    return server;
  }

  /** Ends at once, as a mail server that is pulled out of the wall. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'close');
  }
}
