/**
 * The settings of the server, given on its command line so that they follow the release and not the data directory.
 * Chosen for a machine with one or two cores and 1 GB of memory that serves one process of ours.
 */
export function serverSettings(options: {
  durable: boolean;
  port: number;
  socketDirectory: string | undefined;
}): Readonly<Record<string, string>> {
  return {
    port: String(options.port),
    listen_addresses: options.socketDirectory === undefined ? '127.0.0.1' : '',
    unix_socket_directories: options.socketDirectory === undefined ? '' : quotedListItem(options.socketDirectory),
    unix_socket_permissions: '0700',
    // The pool has 5 connections by default, 100 at most; the rest is for tools and tests.
    max_connections: '40',
    shared_buffers: '32MB',
    maintenance_work_mem: '32MB',
    io_method: 'sync', // PostgreSQL 18 starts three I/O workers otherwise
    jit: 'off',
    min_wal_size: '32MB',
    max_wal_size: '256MB',
    checkpoint_timeout: '15min', // fewer full-page writes spare SD cards; max_wal_size bounds the recovery
    // Nobody replicates from this server: smaller WAL and one process less.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_min_error_statement: 'panic', // the text of statements does not belong in a log
    logging_collector: 'off',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}

/** One item of a PostgreSQL list setting: commas and spaces inside the quotes belong to the item. */
function quotedListItem(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
