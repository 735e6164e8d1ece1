import { type FastifyRequest } from 'fastify';
import { type Actor, anonymousActor, type SignedIn } from './actor.js';

/** What the session guard adds to a request. */
export interface RequestWithCaller extends FastifyRequest {
  caller?: SignedIn;
}

/** Longest stored user agent, in characters. */
const USER_AGENT_LENGTH = 255;

/** The actor behind a request: the signed-in person when there is one, else an anonymous caller at its address. */
export function actorOf(request: RequestWithCaller): Actor {
  const userAgent = request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH) ?? null;
  const { caller } = request;
  if (!caller) return anonymousActor(request.ip, userAgent);
  const { userId, username } = caller;
  return { userId, username, address: request.ip, userAgent, requestId: request.id };
}
