import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A minimal server: one file piped into the response. */
const NODE_PIPE = `
  const { createReadStream, statSync } = require('node:fs');
  const [, directory, port] = process.argv;
  require('node:http').createServer((request, answer) => {
    const path = directory + request.url;
    const file = statSync(path);
    if (!file.isFile()) return answer.writeHead(404).end();
    answer.setHeader('content-length', file.size);
    createReadStream(path).pipe(answer);
  }).listen(port, '127.0.0.1');`;

/** The baseline: nginx with sendfile when it is installed, else a bare Node server. One process, no session. */
export class FileServer {
  private constructor(
    readonly name: string,
    /** Whether files can be uploaded by PUT. */
    readonly takesUploads: boolean,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  static async start(directory: string): Promise<FileServer> {
    const port = await freePort();
    const version = spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr?.trim();
    const [name, command, ...flags] = version
      ? [version, 'nginx', '-p', directory, '-c', await nginxConfiguration(directory, port)]
      : ['bare Node pipe', process.execPath, '-e', NODE_PIPE, directory, String(port)];
    const child = spawn(command, flags, { stdio: ['ignore', 'inherit', 'inherit'] });
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${name} ended`);
      if (await fetch(`http://127.0.0.1:${port}/`).then(Boolean, () => false)) break;
      await delay(10);
    }
    return new FileServer(name, hasUploads(), port, child);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}

/** Debian's nginx is built with the module for it. */
const hasUploads = (): boolean =>
  spawnSync('nginx', ['-V'], { encoding: 'utf8' }).stderr?.includes('http_dav_module') === true;

async function nginxConfiguration(directory: string, port: number): Promise<string> {
  const path = join(directory, 'nginx.conf');
  await writeFile(
    path,
    `daemon off; worker_processes 1; ${process.getuid?.() === 0 ? 'user root;' : ''} pid ${directory}/nginx.pid; error_log ${directory}/nginx.log;
     events { worker_connections 64; }
     http { access_log off; sendfile on; tcp_nopush on; server { listen 127.0.0.1:${port}; root ${directory};
       ${hasUploads() ? 'dav_methods PUT; client_max_body_size 0; client_body_buffer_size 256k;' : ''}
       client_body_temp_path ${directory}/nginx-bodies; } }`,
  );
  return path;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
