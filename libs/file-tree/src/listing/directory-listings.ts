import { type FileEntry } from '../entries/file-entry.js';
import { type PinnedEntry } from '../entries/pinned-entry.js';
import { type ListOptions, readNames } from './read-names.js';
import { BY_NAME, type Slice, type SortedNames } from './sorted-names.js';
import { statEntries } from './stat-entries.js';

export interface Listing {
  /** Directories first, then by name without regard to ASCII case, then by bytes. Entries that vanish are left out. */
  readonly entries: readonly FileEntry[];
  /** Entries of the whole directory. */
  readonly total: number;
}

/**
 * Lists directories, and reads one only once for all requests that wait for it. At most one read of a directory is
 * running; requests that arrive in between share the next read. A request is never answered from a read that started
 * before the request: a client that has just created a file finds it.
 */
export class DirectoryListings {
  private readonly reads = new Set<SharedRead>();

  async list(directory: PinnedEntry, options: ListOptions): Promise<Listing> {
    const read = this.join(directory, options);
    try {
      return await read.page(directory, options);
    } finally {
      if (read.leave()) this.reads.delete(read);
    }
  }

  private join(directory: PinnedEntry, options: ListOptions): SharedRead {
    let running: SharedRead | undefined;
    for (const read of this.reads) {
      if (!read.isOf(directory, options)) continue;
      if (read.join(options)) return read;
      running = read;
    }
    const read = new SharedRead(directory, options, running?.names);
    this.reads.add(read);
    return read;
  }
}

class SharedRead {
  readonly names: Promise<SortedNames>;
  private readonly pages = new Map<string, Promise<FileEntry[]>>();
  private hasStarted = false;
  private requests = 1;
  private most: number;

  /** The first request keeps its directory open until its page is complete, and so until all names are read. */
  constructor(
    private readonly directory: PinnedEntry,
    private readonly options: ListOptions,
    previous: Promise<unknown> | undefined,
  ) {
    this.most = options.offset + options.limit;
    this.names = previous ? previous.then(this.start, this.start) : this.start();
  }

  isOf({ stats: { dev, ino } }: PinnedEntry, { order = BY_NAME, filter }: ListOptions): boolean {
    const { directory, options } = this;
    const own = options.order ?? BY_NAME;
    return (
      directory.stats.ino === ino &&
      directory.stats.dev === dev &&
      own.by === order.by &&
      own.descending === order.descending &&
      options.filter === filter
    );
  }

  /** False if the read has started. */
  join({ offset, limit }: Slice): boolean {
    if (this.hasStarted) return false;
    this.requests += 1;
    this.most = Math.max(this.most, offset + limit);
    return true;
  }

  /** True for the last request. */
  leave(): boolean {
    this.requests -= 1;
    return this.requests === 0;
  }

  async page(directory: PinnedEntry, { offset, limit }: Slice): Promise<Listing> {
    const names = await this.names;
    const key = `${offset} ${limit}`;
    let entries = this.pages.get(key);
    if (!entries) {
      entries = statEntries(directory, names.slice({ offset, limit }));
      this.pages.set(key, entries);
    }
    return { entries: await entries, total: names.total };
  }

  private readonly start = (): Promise<SortedNames> => {
    this.hasStarted = true;
    return readNames(this.directory, this.options, this.most);
  };
}
