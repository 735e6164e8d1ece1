import { type FastifyReply } from 'fastify';

/**
 * A client that reads nothing for this time is disconnected, in milliseconds. Few archives may be streamed at the same
 * time, so that paused ones would block all others.
 */
const PATIENCE_MS = 5 * 60_000;

/** Aborted when the client disconnects, or reads nothing for `patienceMs`, before the response is complete. */
export function clientGone(reply: FastifyReply, patienceMs = PATIENCE_MS): AbortSignal {
  const gone = new AbortController();
  reply.raw.setTimeout(patienceMs, () => reply.raw.destroy());
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('The client went away.'));
  });
  return gone.signal;
}
