import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { NODE_FLAGS } from '../../bin/node-flags.js';
import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { heading, median, percentile, verdict } from '../support/report.js';
import { signedInCookie } from '../support/signed-in.js';
import { FileServer } from './file-server.js';

const MIB = 1_024 * 1_024;
const FILE_MIB = 1_024;
const ROUNDS = 7;
/** Concurrent downloads of the memory measurement. */
const PARALLEL = 8;
/** Uploads in sequence, and concurrent uploads of the memory measurement. */
const UPLOADS = 3;
const PARALLEL_UPLOADS = 4;
const ENTRIES = 100_000;
const LISTINGS = 15;
/** Pages of a folder, in turn with the baseline, and pages for all clients together. */
const PAGES = 60;
const SHARED_PAGES = 480;
const CLIENTS = 32;

heading(
  'storage',
  `one file of ${FILE_MIB} MiB, in the page cache, one download at a time, ${ROUNDS} rounds in turn with the baseline; uploads of as much, ${UPLOADS} rounds; a folder of ${ENTRIES} files, first page of 1 000; the whole product signed in, with ${NODE_FLAGS.join(' ')}`,
);

await withPostgres(async (target, directory) => {
  const storage = join(directory, 'data');
  for (const folder of ['many', 'thousand', 'ten-thousand']) await mkdir(join(storage, folder), { recursive: true });
  await chmod(storage, 0o755);
  await writeRandomFile(join(storage, 'film.bin'));
  await writeManyFiles(join(storage, 'many'), ENTRIES);
  await writeManyFiles(join(storage, 'thousand'), 1_000);
  await writeManyFiles(join(storage, 'ten-thousand'), 10_000);
  const server = await ChildServer.start('./product-server.js', '/api/health/ready', {
    ...variablesOf(target),
    KUBARR_STATE_DIR: directory,
    KUBARR_STORAGE_PATH: storage,
    KUBARR_SETUP_TOKEN: 'off',
    BENCH_FOLDER: join(storage, 'thousand'),
  });
  try {
    const cookie = await signedInCookie(server.url, storage);
    await measureDownloads(server, cookie, storage);
    await measureUploads(server, cookie, storage);
    await measureListings(server, cookie, storage);
    await measurePages(server, cookie);
    await measureManyClients(server, cookie);
  } finally {
    await server.stop();
  }
});

async function measureDownloads(server: ChildServer, cookie: string, storage: string): Promise<void> {
  const baseline = await FileServer.start(storage);
  const port = Number(new URL(server.url).port);
  const ours = (): Promise<number> => download(port, '/api/storage/download?path=film.bin', cookie);
  const theirs = (): Promise<number> => download(baseline.port, '/film.bin', '');
  try {
    await theirs();
    const before = server.residentMiB;
    resetPeak(server);
    await ours();
    const rounds: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push({ ours: await ours(), theirs: await theirs() });
    const peak = server.peakMiB;
    console.log(`baseline: ${baseline.name}`);
    console.log(
      `product ${median(rounds.map((round) => round.ours)).toFixed(0)} MB/s, baseline ${median(rounds.map((round) => round.theirs)).toFixed(0)} MB/s`,
    );
    verdict('download throughput against the baseline', median(rounds.map((round) => round.ours / round.theirs)), {
      atLeast: 0.4,
    });
    verdict(`memory for a download, MiB more than the ${before.toFixed(0)} before`, peak - before, { atMost: 32 }, 0);
    resetPeak(server);
    await Promise.all(Array.from({ length: PARALLEL }, ours));
    console.log(`${PARALLEL} downloads at the same time: ${(server.peakMiB - before).toFixed(0)} MiB more than before`);
  } finally {
    await baseline.stop();
  }
}

/** One upload of 1 GiB in one request each; both servers write a temporary file and rename it when it is complete. */
async function measureUploads(server: ChildServer, cookie: string, storage: string): Promise<void> {
  const baseline = await FileServer.start(storage);
  const port = Number(new URL(server.url).port);
  const ours = async (name = 'uploaded.bin'): Promise<number> => {
    const begun = await fetch(`${server.url}/api/storage/uploads`, {
      method: 'POST',
      headers: {
        cookie,
        'tus-resumable': '1.0.0',
        'upload-length': String(FILE_MIB * MIB),
        'upload-metadata': `path ${Buffer.from(name).toString('base64')}`,
      },
    });
    const place = begun.headers.get('location');
    if (!place) throw new Error(await begun.text());
    const headers = `Cookie: ${cookie}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n`;
    const speed = await upload(port, 'PATCH', place, headers);
    if ((await lstat(join(storage, name))).size !== FILE_MIB * MIB) throw new Error('the file is not whole');
    await rm(join(storage, name));
    return speed;
  };
  const theirs = async (): Promise<number> => {
    const startedAt = performance.now();
    await upload(baseline.port, 'PUT', '/theirs.bin', '');
    const file = await open(join(storage, 'theirs.bin'), 'r+');
    await file.sync(); // nginx leaves the file in the page cache; ours is on the disk before the answer
    await file.close();
    const speed = (FILE_MIB * MIB) / 1e6 / ((performance.now() - startedAt) / 1_000);
    await rm(join(storage, 'theirs.bin'));
    return speed;
  };
  try {
    if (baseline.takesUploads) await theirs();
    const before = server.residentMiB;
    resetPeak(server);
    await ours();
    const rounds: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < UPLOADS; round++)
      rounds.push({ ours: await ours(), theirs: baseline.takesUploads ? await theirs() : NaN });
    const peak = server.peakMiB;
    const [our, their] = [median(rounds.map((round) => round.ours)), median(rounds.map((round) => round.theirs))];
    console.log(
      `upload of ${FILE_MIB} MiB: product ${our.toFixed(0)} MB/s, ${baseline.name} and fsync ${their.toFixed(0)} MB/s`,
    );
    if (baseline.takesUploads)
      verdict('upload throughput against the baseline', median(rounds.map((round) => round.ours / round.theirs)), {
        atLeast: 0.1,
      });
    verdict(`memory for an upload, MiB more than the ${before.toFixed(0)} before`, peak - before, { atMost: 48 }, 0);
    resetPeak(server);
    await Promise.all(Array.from({ length: PARALLEL_UPLOADS }, (_, n) => ours(`uploaded-${n}.bin`)));
    console.log(
      `${PARALLEL_UPLOADS} uploads at the same time: ${(server.peakMiB - before).toFixed(0)} MiB more than before`,
    );
  } finally {
    await baseline.stop();
  }
}

async function measureListings(server: ChildServer, cookie: string, storage: string): Promise<void> {
  const list = async (page: number): Promise<number> => {
    const startedAt = performance.now();
    const answer = await fetch(`${server.url}/api/storage/browse?path=many&page=${page}`, { headers: { cookie } });
    const { items, total_items } = (await answer.json()) as { items: unknown[]; total_items: number };
    if (items.length !== 1_000 || total_items !== ENTRIES) throw new Error(`a page of ${items.length}`);
    return performance.now() - startedAt;
  };
  const measure = async (page: number): Promise<{ ms: number; mebibytes: number }> => {
    await list(page);
    const resident = server.residentMiB;
    resetPeak(server);
    const times: number[] = [];
    for (let n = 0; n < LISTINGS; n++) times.push(await list(page));
    return { ms: median(times), mebibytes: server.peakMiB - resident };
  };
  const first = await measure(1);
  const last = await measure(ENTRIES / 1_000);
  const whole = await listWhole(join(storage, 'many'));
  console.log(
    `first page ${first.ms.toFixed(0)} ms, last page ${last.ms.toFixed(0)} ms and ${last.mebibytes.toFixed(0)} MiB more; all names and the facts of each, in a bare process: ${whole.toFixed(0)} ms`,
  );
  verdict('the first page against reading everything', first.ms / whole, { atMost: 0.5 });
  verdict(`first page of ${ENTRIES} files, ms`, first.ms, { atMost: 300 }, 0);
  verdict('memory for it, MiB', first.mebibytes, { atMost: 32 }, 0);
}

/** A page of 1 000 entries, in turn with `readdir` and `lstat` of the same folder in the same process. */
async function measurePages(server: ChildServer, cookie: string): Promise<void> {
  const page = async (): Promise<number> => {
    const startedAt = performance.now();
    await readPage(server, cookie, 'path=thousand');
    return performance.now() - startedAt;
  };
  const baseline = async (): Promise<number> => {
    const answer = await fetch(`${server.url}/api/baseline/folder`);
    return ((await answer.json()) as { ms: number }).ms;
  };
  for (let n = 0; n < 10; n++) await Promise.all([page(), baseline()]);
  const rounds: { ours: number; theirs: number }[] = [];
  for (let n = 0; n < PAGES; n++) rounds.push({ ours: await page(), theirs: await baseline() });
  const ours = rounds.map((round) => round.ours);
  const p50 = median(ours);
  console.log(
    `a page of 1 000 entries over HTTP: p50 ${p50.toFixed(1)} ms, p95 ${percentile(ours, 0.95).toFixed(1)} ms; readdir and lstat in the same process: ${median(rounds.map((round) => round.theirs)).toFixed(1)} ms`,
  );
  verdict('a page of 1 000 against readdir and lstat', median(rounds.map((round) => round.ours / round.theirs)), {
    atMost: 1,
  });
  verdict('p95 against p50 of a page', percentile(ours, 0.95) / p50, { atMost: 2 });
}

async function measureManyClients(server: ChildServer, cookie: string): Promise<void> {
  const measure = async (pageOf: (n: number) => number): Promise<number> => {
    let next = 0;
    const startedAt = performance.now();
    const client = async (): Promise<void> => {
      for (let n = next++; n < SHARED_PAGES; n = next++)
        await readPage(server, cookie, `path=ten-thousand&page=${pageOf(n)}`);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return SHARED_PAGES / ((performance.now() - startedAt) / 1_000);
  };
  await measure(() => 1);
  const same = await measure(() => 1);
  const all = await measure((n) => 1 + (n % 10));
  console.log(
    `a folder of 10 000 entries, ${CLIENTS} clients, each on any of its ten pages: ${all.toFixed(0)} pages/s`,
  );
  verdict(`first pages of 10 000 entries per second, ${CLIENTS} clients`, same, { atLeast: 80 }, 0);
}

async function readPage(server: ChildServer, cookie: string, query: string): Promise<void> {
  const answer = await fetch(`${server.url}/api/storage/browse?${query}`, { headers: { cookie } });
  if (answer.status !== 200) throw new Error(await answer.text());
  await answer.arrayBuffer();
}

async function writeManyFiles(path: string, entries: number): Promise<void> {
  for (let n = 0; n < entries; n += 100) {
    const names = Array.from({ length: 100 }, (_, i) => `Some film with a longer name ${(n + i) * 7_919}.mkv`);
    await Promise.all(names.map((name) => writeFile(join(path, name), '')));
  }
}

async function writeRandomFile(path: string): Promise<void> {
  const file = await open(path, 'w', 0o644);
  const block = randomFillSync(Buffer.alloc(MIB));
  for (let written = 0; written < FILE_MIB; written++) await file.write(block);
  await file.close();
}

/** Megabytes per second of one download. The client reuses one buffer, to cost as little as possible. */
function download(port: number, path: string, cookie: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let received = 0;
    const onread = { buffer: Buffer.allocUnsafe(MIB), callback: (length: number) => (received += length) > 0 };
    const socket = connect({ port, host: '127.0.0.1', onread });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ${cookie}\r\n\r\n`);
    socket.on('error', reject).on('close', () => {
      if (received < FILE_MIB * MIB) reject(new Error(`only ${received} bytes`));
      else resolve((received / 1e6 / (performance.now() - startedAt)) * 1_000);
    });
  });
}

/** Megabytes per second of one upload: one megabyte repeated, to cost the client as little as possible. */
function upload(port: number, method: string, path: string, headers: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const block = randomFillSync(Buffer.allocUnsafe(MIB));
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    let left = FILE_MIB;
    const send = (): void => {
      while (left > 0) {
        left -= 1;
        if (!socket.write(block)) return;
      }
    };
    socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}Content-Length: ${FILE_MIB * MIB}\r\n\r\n`,
    );
    socket
      .on('drain', send)
      .on('data', (text: Buffer) => (answer += text.toString()))
      .on('error', reject)
      .on('close', () => {
        if (/^HTTP\/1\.1 20[14] /.test(answer))
          resolve(((FILE_MIB * MIB) / 1e6 / (performance.now() - startedAt)) * 1_000);
        else reject(new Error(answer.slice(0, 500)));
      });
    send();
  });
}

/** Milliseconds to list a folder without the product: `readdir`, `lstat` of each name, sort. */
async function listWhole(path: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < LISTINGS; n += 5) {
    const startedAt = performance.now();
    const members: { name: string; size: number }[] = [];
    for (const name of await readdir(path)) members.push({ name, size: (await lstat(join(path, name))).size });
    members.sort((a, b) => a.name.localeCompare(b.name));
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

/** Resets the peak of resident memory. Source: proc(5), clear_refs. */
function resetPeak(server: ChildServer): void {
  writeFileSync(`/proc/${server.child.pid}/clear_refs`, '5');
}
