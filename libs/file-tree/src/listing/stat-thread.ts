import { Worker } from 'node:worker_threads';
import { type EntryStats } from '../entries/file-entry.js';

/** How long the thread stays after its last request, in milliseconds. It takes some 10 MiB. */
const IDLE_MS = 30_000;

/** Values per entry in an answer; `mode` is 0 if the entry has vanished. */
const FIELDS = ['mode', 'size', 'mtimeNs', 'birthtimeNs', 'ino', 'dev'] as const;

/**
 * The code of the thread. Text, because the server is bundled into one file. Paths are Latin-1, one character per byte;
 * a path that is not ASCII is passed to the system as bytes.
 */
const CODE = `
const { lstatSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const options = { bigint: true, throwIfNoEntry: false };
parentPort.on('message', ({ path, names }) => {
  const list = names.split('/');
  const values = new BigInt64Array(list.length * ${FIELDS.length});
  try {
    list.forEach((name, index) => {
      const whole = path + '/' + name;
      const stats = lstatSync(/[^\\0-\\x7f]/.test(whole) ? Buffer.from(whole, 'latin1') : whole, options);
      if (stats) values.set([${FIELDS.map((field) => `stats.${field}`).join()}], index * ${FIELDS.length});
    });
    parentPort.postMessage({ values }, [values.buffer]);
  } catch ({ message, code }) {
    parentPort.postMessage({ message, code });
  }
});`;

type Answer = { readonly values: BigInt64Array } | { readonly message: string; readonly code: string };

/**
 * A worker thread for many lstat(2) calls at once, one request at a time. The calls block: a disk that does not respond
 * stops this thread and nothing else. Ends when it has been idle for some time.
 */
export class StatThread {
  private worker: Worker | undefined;
  private isIdle = false;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(private readonly idleMs = IDLE_MS) {}

  /** True if the thread is idle. Starts the thread if there is none. */
  isReady(): boolean {
    this.worker ??= this.start();
    return this.isIdle;
  }

  /**
   * lstat(2) of each name below `path`; `undefined` for a name that has vanished. Resolves to `undefined` as a whole if
   * the thread is not idle, or ends before it answers.
   */
  async stat(path: string, names: readonly string[]): Promise<(EntryStats | undefined)[] | undefined> {
    if (!this.worker || !this.isIdle) return undefined;
    const answer = await this.ask(this.worker, { path, names: names.join('/') });
    if (!answer) return undefined;
    if ('message' in answer) throw Object.assign(new Error(answer.message), { code: answer.code });
    return names.map((_, index) => toStats(answer.values, index * FIELDS.length));
  }

  private start(): Worker {
    const worker = new Worker(CODE, {
      eval: true,
      env: {},
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 },
    });
    worker.unref();
    worker.once('online', () => this.setIdle(worker));
    worker.once('error', () => undefined); // followed by exit
    worker.once('exit', () => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.isIdle = false;
    });
    return worker;
  }

  /** `undefined` when the thread ends instead of answering. */
  private ask(worker: Worker, request: object): Promise<Answer | undefined> {
    this.isIdle = false;
    worker.ref();
    return new Promise((resolve) => {
      const onExit = (): void => resolve(undefined);
      worker.once('exit', onExit);
      worker.once('message', (answer: Answer) => {
        worker.off('exit', onExit);
        this.setIdle(worker);
        resolve(answer);
      });
      worker.postMessage(request);
    });
  }

  private setIdle(worker: Worker): void {
    this.isIdle = true;
    worker.unref();
    this.idleTimer?.refresh();
    this.idleTimer ??= setTimeout(() => this.endIfIdle(), this.idleMs).unref();
  }

  private endIfIdle(): void {
    this.idleTimer = undefined;
    if (!this.isIdle) return;
    const { worker } = this;
    this.isIdle = false;
    this.worker = undefined;
    void worker?.terminate();
  }
}

function toStats(values: BigInt64Array, at: number): EntryStats | undefined {
  const value = (field: number): bigint => values[at + field] ?? 0n;
  const mode = value(0);
  if (mode === 0n) return undefined;
  return { mode, size: value(1), mtimeNs: value(2), birthtimeNs: value(3), ino: value(4), dev: value(5) };
}
