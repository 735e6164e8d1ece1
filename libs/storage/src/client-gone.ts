import { type FastifyReply } from 'fastify';

/**
 * A client that takes nothing for so long is gone, in milliseconds. Archives cannot be continued, and only a few may be
 * made at once: without an end some that were paused would keep everybody else from theirs.
 */
const PATIENCE_MS = 5 * 60_000;

/** Aborted when the client goes away, or takes nothing for long, before it has its answer. */
export function clientGone(reply: FastifyReply, patienceMs = PATIENCE_MS): AbortSignal {
  const gone = new AbortController();
  reply.raw.setTimeout(patienceMs, () => reply.raw.destroy());
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('The client went away.'));
  });
  return gone.signal;
}
