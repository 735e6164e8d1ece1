import { type FastifyReply } from 'fastify';

/**
 * A client that reads nothing for this time is disconnected, in milliseconds. Few archives may be streamed at the same
 * time, so that paused ones would block all others.
 */
const IDLE_LIMIT_MS = 5 * 60_000;

/** Aborted when the client disconnects, or reads nothing for `idleLimitMs`, before the response is complete. */
export function disconnectSignal(reply: FastifyReply, idleLimitMs = IDLE_LIMIT_MS): AbortSignal {
  const controller = new AbortController();
  reply.raw.setTimeout(idleLimitMs, () => reply.raw.destroy());
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('The client disconnected.'));
  });
  return controller.signal;
}
