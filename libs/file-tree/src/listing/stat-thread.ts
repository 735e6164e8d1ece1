import { Worker } from 'node:worker_threads';
import { type EntryStats } from '../entries/file-entry.js';

/** How long an idle thread is kept, in milliseconds. It takes some 10 MiB. */
const IDLE_MS = 30_000;

/** Values per entry in an answer; `mode` is 0 if the entry has vanished. */
const FIELDS = ['mode', 'size', 'mtimeNs', 'birthtimeNs', 'ino', 'dev'] as const;

/** After this number of names the thread reports that the disk responds: cold directories take 10 ms a name on a slow disk. */
const REPORT_EVERY = 256;

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
    const isAscii = !/[^\\0-\\x7f]/.test(path + names);
    for (let index = 0, at = 0; index < list.length; index++, at += ${FIELDS.length}) {
      if (index > 0 && index % ${REPORT_EVERY} === 0) parentPort.postMessage('progress');
      const whole = path + '/' + list[index];
      const stats = lstatSync(isAscii ? whole : Buffer.from(whole, 'latin1'), options);
      if (!stats) continue;
      ${FIELDS.map((field, index) => `values[at + ${index}] = stats.${field};`).join('\n      ')}
    }
    parentPort.postMessage({ values }, [values.buffer]);
  } catch ({ message, code }) {
    parentPort.postMessage({ message, code });
  }
});`;

type Answer = { readonly values: BigInt64Array } | { readonly message: string; readonly code: string };
type Message = Answer | 'progress';

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
   * @param onProgress called while the disk responds
   */
  async stat(
    path: string,
    names: readonly string[],
    onProgress?: () => void,
  ): Promise<(EntryStats | undefined)[] | undefined> {
    if (!this.worker || !this.isIdle) return undefined;
    const answer = await this.request(this.worker, { path, names: names.join('/') }, onProgress);
    if (!answer) return undefined;
    if ('message' in answer) throw Object.assign(new Error(answer.message), { code: answer.code });
    return names.map((_, index) => StatValues.at(answer.values, index * FIELDS.length));
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
  private request(worker: Worker, request: object, onProgress?: () => void): Promise<Answer | undefined> {
    this.isIdle = false;
    worker.ref();
    return new Promise((resolve) => {
      const onExit = (): void => resolve(undefined);
      const onMessage = (message: Message): void => {
        if (message === 'progress') {
          onProgress?.();
          return;
        }
        worker.off('exit', onExit).off('message', onMessage);
        this.setIdle(worker);
        resolve(message);
      };
      worker.once('exit', onExit).on('message', onMessage);
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

/** Reads a value only when it is used: a bigint for each field of each entry would be most of the garbage of a page. */
class StatValues implements EntryStats {
  private constructor(
    private readonly values: BigInt64Array,
    private readonly offset: number,
  ) {}

  static at(values: BigInt64Array, offset: number): StatValues | undefined {
    return values[offset] === 0n ? undefined : new StatValues(values, offset);
  }

  get mode(): bigint {
    return this.value(0);
  }
  get size(): bigint {
    return this.value(1);
  }
  get mtimeNs(): bigint {
    return this.value(2);
  }
  get birthtimeNs(): bigint {
    return this.value(3);
  }
  get ino(): bigint {
    return this.value(4);
  }
  get dev(): bigint {
    return this.value(5);
  }

  private value(field: number): bigint {
    return this.values[this.offset + field] ?? 0n;
  }
}
