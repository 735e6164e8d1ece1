import { type ArgumentsHost, Catch, type ExceptionFilter, Optional } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Log } from '../telemetry/index.js';
import { asKubarrError, PROBLEM_MEDIA_TYPE, problemOf } from './problem.js';
import { Refusals } from './refusals.js';

/** Turns whatever was thrown into a problem answer. Only faults of ours are logged as errors. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    @Optional() private readonly refusals?: Refusals,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = asKubarrError(thrown, request.id);
    const problem = problemOf(error, request.id);
    const facts = { requestId: request.id, method: request.method, route: request.routeOptions.url, code: error.code };
    if (problem.status === 500) this.log.error('Request failed', { ...facts, error: error.cause ?? error });
    else if (problem.status >= 500)
      this.log.warn('Request could not be served', { ...facts, error: error.cause ?? error });
    if (error.kind === 'forbidden') this.refusals?.announce(request, error);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy(); // half an answer is on the wire: only a broken connection says so
      return;
    }
    if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', error.retryAfterSeconds);
    void reply.code(problem.status).header('content-type', PROBLEM_MEDIA_TYPE).send(problem);
  }
}
