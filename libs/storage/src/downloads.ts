import { Injectable, StreamableFile } from '@nestjs/common';
import { type OpenFile } from '@kubarr/file-tree';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { planDownload } from './download-plan.js';
import { FileVersionMismatch, RangeNotSatisfiable } from './storage.errors.js';
import { storagePath } from './storage-path.js';
import { StorageRoot } from './storage-root.js';

/** Answers downloads: the whole file, a range, or 304. */
@Injectable()
export class Downloads {
  constructor(private readonly root: StorageRoot) {}

  /** Sets status and headers of `reply`; the body streams from the open file; `undefined` = no body. */
  async answer(
    path: string,
    { method, headers }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const relativePath = storagePath(path);
    const file: OpenFile = await this.root.use((root) => root.openFile(relativePath));
    const plan = planDownload(file.entry, method, headers);
    void reply.headers(plan.headers);
    switch (plan.status) {
      case 304:
        await file.close();
        void reply.code(304);
        return undefined;
      case 412:
        await file.close();
        throw new FileVersionMismatch();
      case 416:
        await file.close();
        throw new RangeNotSatisfiable(file.entry.size);
      case 200:
      case 206:
        void reply.code(plan.status);
        return new StreamableFile(file.stream(plan.start, plan.length), { length: plan.length });
    }
  }
}
