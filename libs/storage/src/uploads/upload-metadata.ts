import { nameText } from '@kubarr/file-tree';
import { isUtf8 } from 'node:buffer';
import { UploadNotReadable } from './uploads.errors.js';

/** Longest header, in characters: a path of 4 096 bytes, escaped and in Base64, and some more keys. */
const MAX_HEADER_LENGTH = 32_768;

/**
 * The values of an `Upload-Metadata` header, as bytes: pairs of a key and its value in Base64, separated by commas; a key
 * alone has an empty value. Source: tus 1.0.0, Upload-Metadata.
 * @throws UploadNotReadable
 */
export function parseUploadMetadata(header: string): ReadonlyMap<string, Buffer> {
  if (header.length > MAX_HEADER_LENGTH) throw new UploadNotReadable('Upload-Metadata is too long');
  const values = new Map<string, Buffer>();
  for (const pair of header.split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const [key = '', encoded = '', ...rest] = pair.split(' ');
    const bytes = Buffer.from(encoded, 'base64');
    const isBase64 =
      /^[A-Za-z0-9+/]*={0,2}$/.test(encoded) && bytes.toString('base64').startsWith(encoded.replace(/=+$/, ''));
    if (rest.length > 0 || values.has(key) || !isBase64) throw new UploadNotReadable('Upload-Metadata is malformed');
    values.set(key, bytes);
  }
  return values;
}

/**
 * The target path: `path`, or `filename` in `folder`. Paths are escaped as in listings; a file name has the raw bytes of
 * the client's disk, without escapes.
 * @throws UploadNotReadable
 */
export function uploadPath(metadata: ReadonlyMap<string, Buffer>): string {
  const path = textOf(metadata.get('path'));
  if (path !== undefined) return path;
  const name = metadata.get('filename') ?? metadata.get('name') ?? Buffer.alloc(0);
  if (name.length === 0 || name.includes('/')) throw new UploadNotReadable('Upload-Metadata names no file');
  return `${textOf(metadata.get('folder')) ?? ''}/${nameText(name)}`;
}

function textOf(bytes: Buffer | undefined): string | undefined {
  if (bytes && !isUtf8(bytes)) throw new UploadNotReadable('a path in Upload-Metadata is not UTF-8');
  return bytes?.toString();
}

/** A number in a header. @throws UploadNotReadable */
export function parseUploadFigure(name: string, value: string | undefined): number {
  const figure = /^\d{1,16}$/.test(value ?? '') ? Number(value) : NaN;
  if (!Number.isSafeInteger(figure)) throw new UploadNotReadable(`${name} must be a whole number of bytes`);
  return figure;
}
