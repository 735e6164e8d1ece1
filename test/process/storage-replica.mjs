/**
 * A replica that makes every kind of change to the storage, to be killed: `node storage-replica.mjs '<options>'`. Each
 * change stops at its `killAt`-th point: after a system call that changes the disk, or before or after a commit. When
 * all changes stand still or have ended, the replica prints where they stopped and kills itself; it ends by itself when
 * none has stopped. Without `killAt` it settles what others left and finishes their jobs.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import * as fs from 'node:fs/promises';
import { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';

const { target, state, storage, killAt } = JSON.parse(process.argv[2]);

const baseOf = (change) => `${change}-${killAt}`;

/** The points that a change has passed, while its intent is executed. */
const current = new AsyncLocalStorage();
const stopped = {};
let unfinished = 0;

async function at(point) {
  const change = current.getStore();
  if (!change || change.isOver || ++change.passed !== killAt) return;
  stopped[change.name] = point;
  endWhenStill();
  await new Promise(() => undefined);
}

function endWhenStill() {
  if (Object.keys(stopped).length < unfinished) return;
  writeSync(1, JSON.stringify(stopped));
  if (unfinished === 0) process.exit(0);
  process.kill(process.pid, 'SIGKILL');
}

/** The process may end after every system call. Patched before anything imports the functions. */
const { default: promises } = fs;
for (const name of ['link', 'mkdir', 'rename', 'rmdir', 'unlink']) {
  const call = promises[name];
  promises[name] = async (...values) => {
    const result = await call(...values);
    await at(name);
    return result;
  };
}
syncBuiltinESMExports();

const dist = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const { createServer } = await dist('apps/server/src/lifecycle/create-server.js');
const { loadServerConfig } = await dist('apps/server/src/server-config.js');
const { DatabaseConnection } = await dist('libs/platform/src/database/index.js');
const { silentLog } = await dist('libs/platform/src/telemetry/index.js');
const { JobStore } = await dist('libs/jobs/src/job-store.js');
const { JobRegistry } = await dist('libs/jobs/src/job-registry.js');
const { StorageIntents } = await dist('libs/storage/src/intents/storage-intents.js');
const { ChangeOutcome } = await dist('libs/storage/src/intents/change-outcome.js');
const { StorageChanges } = await dist('libs/storage/src/changes/changes.service.js');
const { Transfers } = await dist('libs/storage/src/transfers/transfers.service.js');
const { TransferJob } = await dist('libs/storage/src/transfers/transfer.job.js');
const { Trash } = await dist('libs/storage/src/trash/trash.service.js');
const { TrashRetention } = await dist('libs/storage/src/trash/trash-retention.job.js');
const { TreeDeletion } = await dist('libs/storage/src/removal/tree-deletion.service.js');
const { Uploads } = await dist('libs/storage/src/uploads/uploads.service.js');
const { parseRelativePath } = await dist('libs/file-tree/src/index.js');
const { diskCalls } = await dist('libs/file-tree/src/disk/limited-fs.js');
const { migrations } = await dist('migrations/index.js');
const { DataSource } = await import('typeorm');

const app = await createServer({
  config: loadServerConfig({
    KUBARR_STATE_DIR: state,
    KUBARR_STORAGE_PATH: storage,
    KUBARR_STORAGE_MIN_FREE_BYTES: '0',
    KUBARR_DB_MAX_CONNECTIONS: '30', // a change that stands still may keep one
  }),
  log: silentLog(),
  secretKey: Buffer.alloc(32, 1),
  database: { target, directTarget: target, migrations },
});
await app.init();
await app.get(DatabaseConnection).whenReady();

diskCalls.limits.concurrency = 30; // as is a slot

const LEASE_MS = 3_000; // longer than a busy machine makes a live process stand still
app.get(JobRegistry).find('storage.transfer').concurrency = 10; // so that a job that stands still does not stop others
const intents = app.get(StorageIntents);
intents.timing.leaseMs = LEASE_MS;
app.get(JobStore).timing.leaseMs = LEASE_MS;
const outcome = app.get(ChangeOutcome);
const dataSource = app.get(DataSource);
const [insert, record, execute] = [
  intents.insert.bind(intents),
  outcome.record.bind(outcome),
  intents.execute.bind(intents),
];
intents.insert = async (...values) => {
  const intent = await insert(...values);
  await at('intent committed');
  return intent;
};
outcome.record = async (...values) => {
  const result = await record(...values);
  await at('outcome written, not committed');
  return result;
};
intents.execute = (actor, root, planned) => {
  const name = Object.keys(changes).find((change) => planned.path.text.startsWith(`${baseOf(change)}/`));
  const change = name && { name, passed: 0, isOver: false };
  return current.run(change, async () => {
    const result = await execute(actor, root, planned);
    await at('outcome committed');
    if (change) change.isOver = true; // a job that was woken in between is not part of the change
    return result;
  });
};

const watched = intents.execute;

const actor = { userId: 1, username: 'admin', address: '192.0.2.1', userAgent: 'test' };
const user = { userId: 1, username: 'admin', sessionId: '', permissions: new Set(), mustEnrol: false };
/** With no points: this is only what comes before the change. */
const putIntoTrash = async (base) => {
  intents.execute = execute;
  await app.get(Trash).moveToTrash(actor, [`${base}/file`]);
  intents.execute = watched;
  const { items } = await app.get(Trash).list({ per_page: 1_000 });
  return items.find(({ path }) => path === `${base}/file`).id;
};
const idleJobs = async (kind) => {
  for (;;) {
    const [{ left }] = await dataSource.query(
      "SELECT count(*)::int AS left FROM durable_jobs WHERE kind LIKE $1 AND status IN ('waiting', 'running')",
      [kind],
    );
    if (left === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** What is prepared first, then the change itself. */
const changes = {
  'create-directory': async (base) => () => app.get(StorageChanges).createDirectory(actor, `${base}/new/deep`),
  delete: async (base) => () => app.get(StorageChanges).delete(actor, `${base}/file`),
  'rename-file': async (base) => () => app.get(StorageChanges).rename(actor, `${base}/file`, 'renamed'),
  'rename-directory': async (base) => () => app.get(StorageChanges).rename(actor, `${base}/tree`, 'renamed'),
  move: async (base) => () => app.get(Transfers).move(actor, [`${base}/file`], `${base}/folder`),
  copy: async (base) => () => app.get(Transfers).copy(actor, [`${base}/file`], `${base}/folder`),
  'copy-job': async (base) => async () => {
    await app.get(Transfers).copy(actor, [`${base}/tree`], `${base}/folder`);
    await idleJobs('storage.transfer');
  },
  'move-job': async (base) => async () => {
    const items = [{ from: `${base}/tree`, to: `${base}/folder/tree` }];
    const folder = parseRelativePath(`${base}/folder`);
    await dataSource.transaction((transaction) =>
      app.get(TransferJob).enqueue(transaction, actor, 'move', items, folder),
    );
    await idleJobs('storage.transfer');
  },
  trash: async (base) => () => app.get(Trash).moveToTrash(actor, [`${base}/file`]),
  restore: async (base) => {
    const id = await putIntoTrash(base);
    return () => app.get(Trash).restore(actor, [id]);
  },
  'remove-from-trash': async (base) => {
    const id = await putIntoTrash(base);
    return () => app.get(Trash).remove(actor, [id]);
  },
  'trash-retention': async (base) => {
    const id = await putIntoTrash(base);
    const old = `${(Date.now() - 31 * 86_400_000).toString(16).padStart(12, '0')}${id.slice(12)}`;
    await fs.rename(join(storage, '.kubarr-trash/files', id), join(storage, '.kubarr-trash/files', old));
    const info = (name) => join(storage, '.kubarr-trash/info', `${name}.trashinfo`);
    await fs.rename(info(id), info(old));
    return () => app.get(TrashRetention).run();
  },
  'delete-tree': async (base) => {
    const { token } = await app.get(TreeDeletion).prepare(user, `${base}/tree`);
    return () => app.get(TreeDeletion).delete(actor, `${base}/tree`, 'tree', token);
  },
  upload: async (base) => {
    const { id } = await app.get(Uploads).start(actor, `${base}/film`, 5);
    return () => app.get(Uploads).append(actor, id, 0, Readable.from([Buffer.from('bytes')]), 5);
  },
};

if (killAt) {
  const prepared = [];
  for (const [name, prepare] of Object.entries(changes)) prepared.push(await prepare(baseOf(name)));
  unfinished = prepared.length;
  const finish = () => {
    unfinished -= 1;
    endWhenStill();
  };
  for (const make of prepared)
    make().then(finish, (error) => {
      console.error(error);
      process.exit(1);
    });
  await new Promise(() => undefined);
}
for (;;) {
  await intents.recover();
  const [{ left }] = await dataSource.query('SELECT count(*)::int AS left FROM storage_intents WHERE verdict IS NULL');
  if (left === 0) break;
  await new Promise((resolve) => setTimeout(resolve, 200));
}
await idleJobs('storage.%');
process.exit(0);
