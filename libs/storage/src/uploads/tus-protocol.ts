import { type IncomingHttpHeaders } from 'node:http';
import { UploadNotReadable } from './uploads.errors.js';

export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = 'creation,expiration,termination';
export const UPLOADS_ROUTE = 'api/storage/uploads';
export const UPLOAD_MEDIA_TYPE = 'application/offset+octet-stream';

/** Every request but OPTIONS says which version it speaks. */
export function requireProtocol(headers: IncomingHttpHeaders): void {
  if (headers['tus-resumable'] !== TUS_VERSION) throw new UploadNotReadable(`Tus-Resumable must be ${TUS_VERSION}`);
}
