import { type FileHandle } from '../disk/limited-fs.js';
import { asFilesError } from '../files.errors.js';
import { type RelativePath } from '../paths/relative-path.js';

/** Permission bits of a finished file: installed apps share it by their group. */
const FILE_MODE = 0o664;

/** A file that is being written. Its owner alone may read it until it is finished. */
export class PartFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly path: RelativePath,
    private length: number,
  ) {}

  static async create(handle: FileHandle, path: RelativePath): Promise<PartFile> {
    try {
      return new PartFile(handle, path, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes written so far. */
  get size(): number {
    return this.length;
  }

  /** Appends all bytes. @throws NoSpace and other errors of the disk; what was written before stays. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.attempt(() =>
        this.handle.write(bytes, done, bytes.length - done, this.length),
      );
      done += bytesWritten;
      this.length += bytesWritten;
    }
  }

  /** Waits until the content is on the disk. */
  async sync(): Promise<void> {
    await this.attempt(() => this.handle.datasync());
  }

  /** Sets the final mode and time, and waits until the content is on the disk: ready to be published. */
  async finish({ mode = FILE_MODE, modified }: { mode?: number; modified?: Date } = {}): Promise<void> {
    await this.attempt(async () => {
      await this.handle.chmod(mode);
      if (modified) await this.handle.utimes(modified, modified);
      await this.handle.sync();
    });
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asFilesError(error, this.path.text);
    }
  }
}
