import { Problem, xsrfHeader } from './api.js';
import { size } from './format.js';

/** Bytes of one request: small enough that repeating one costs little, large enough to be fast. */
const CHUNK = 16 * 1024 * 1024;

/** Waits between attempts, in milliseconds; after the last one the upload is given up. */
const WAITS = [1_000, 3_000, 10_000, 30_000];

const VERSION = { 'tus-resumable': '1.0.0' };

/**
 * Uploads one file after another into a folder, by the tus protocol. `onProgress` receives texts. A refused file
 * does not stop the others. Returns the first reason, or `undefined` when all succeeded.
 */
export async function uploadAll(files, folder, onProgress, signal) {
  const failures = [];
  for (const file of files) {
    try {
      await uploadFile(file, folder, onProgress, signal);
    } catch (error) {
      if (signal.aborted || !isRefusal(error)) throw error;
      failures.push(error.message);
    }
  }
  return failures.length === 0 ? undefined : `${failures[0]} (${failures.length} of ${files.length} not done)`;
}

const isRefusal = (error) => error instanceof Problem && error.status >= 400 && error.status < 500;

async function uploadFile(file, folder, onProgress, signal) {
  const created = await ask('POST', '/api/storage/uploads', signal, {
    'upload-length': String(file.size),
    'upload-metadata': `filename ${base64(file.name)},folder ${base64(folder)}`,
  });
  const location = created.headers.get('location');
  let offset = 0;
  for (let failures = 0; offset < file.size;) {
    onProgress(`${file.name}: ${size(offset)} of ${size(file.size)}`);
    try {
      if (failures > 0) offset = Number((await ask('HEAD', location, signal, {})).headers.get('upload-offset'));
      const headers = { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
      const answer = await ask('PATCH', location, signal, headers, file.slice(offset, offset + CHUNK));
      offset = Number(answer.headers.get('upload-offset'));
      failures = 0;
    } catch (error) {
      const isFinal = isRefusal(error) && error.status !== 409;
      if (signal.aborted || isFinal || failures === WAITS.length) throw error;
      await new Promise((soon) => setTimeout(soon, WAITS[failures]));
      failures += 1;
    }
  }
}

async function ask(method, path, signal, headers, body) {
  const response = await fetch(path, { method, signal, body, headers: { ...VERSION, ...xsrfHeader(), ...headers } });
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => undefined));
  return response;
}

/** Base64 of a text's UTF-8 bytes. */
const base64 = (text) => window.btoa(String.fromCharCode(...new window.TextEncoder().encode(text)));
