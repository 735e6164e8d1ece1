import { type FastifyReply } from 'fastify';
import { type IncomingHttpHeaders } from 'node:http';
import { UploadVersionUnknown } from './uploads.errors.js';

export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = 'creation,expiration,termination';
export const UPLOADS_ROUTE = 'api/storage/uploads';
export const UPLOAD_MEDIA_TYPE = 'application/offset+octet-stream';

/** Requires the protocol version on every request but OPTIONS; the error answers with the supported one. */
export function requireProtocol(headers: IncomingHttpHeaders, reply: FastifyReply): void {
  if (headers['tus-resumable'] === TUS_VERSION) return;
  void reply.header('tus-version', TUS_VERSION);
  throw new UploadVersionUnknown(TUS_VERSION);
}
