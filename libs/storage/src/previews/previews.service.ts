import { Injectable, StreamableFile } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { inline } from '../content-disposition.js';
import { planDownload } from '../download-plan.js';
import { storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { previewType, dropIncompleteCharacter } from './preview-type.js';
import { NoPreview } from './previews.errors.js';

/** Longest preview of a text, in bytes; longer texts are truncated. */
const TEXT_BYTES = 256 * 1_024;

const LARGEST_PICTURE_BYTES = 64 * 1_024 * 1_024;

/** Whatever the file contains, the browser runs no scripts, loads nothing and does not guess another type. */
const SAFE = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

/** Shows text and pictures inside a page. */
@Injectable()
export class Previews {
  constructor(private readonly root: StorageRoot) {}

  /** Sets status and headers of `reply`; `undefined` = no body. @throws NoPreview */
  async answer(
    path: string,
    { method, headers }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const relativePath = storagePath(path);
    const file = await this.root.use((root) => root.openFile(relativePath));
    let isStreamed = false;
    try {
      const { 'if-none-match': tag, 'if-modified-since': since } = headers;
      const plan = planDownload(file.entry, method, { 'if-none-match': tag, 'if-modified-since': since });
      if (plan.status === 304) {
        void reply.code(304).headers(plan.headers);
        return undefined;
      }
      const head = await file.readHead(TEXT_BYTES);
      const type = previewType(head);
      const isText = type === 'text/plain';
      if (!type || (!isText && file.entry.size > LARGEST_PICTURE_BYTES)) throw new NoPreview();
      const { etag = '', 'last-modified': modified = '', 'cache-control': caching = '' } = plan.headers;
      void reply.headers({
        etag,
        'last-modified': modified,
        'cache-control': caching,
        ...SAFE,
        'content-disposition': inline(relativePath.name),
        'x-preview-complete': String(!isText || file.entry.size <= TEXT_BYTES),
      });
      if (isText) {
        const text = file.entry.size > head.length ? dropIncompleteCharacter(head) : head;
        return new StreamableFile(text, { type: 'text/plain; charset=utf-8', length: text.length });
      }
      isStreamed = true;
      return new StreamableFile(file.stream(0, file.entry.size), { type, length: file.entry.size });
    } finally {
      if (!isStreamed) await file.close();
    }
  }
}
