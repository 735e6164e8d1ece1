import { type ArgumentsHost, Catch, type ExceptionFilter, Optional } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Log } from '../telemetry/index.js';
import { asKubarrError, PROBLEM_MEDIA_TYPE, problemOf } from './problem.js';
import { Refusals } from './refusals.js';

/** Answers every thrown error as a problem (RFC 9457). Only faults of the product are logged as errors. */
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
    const fields = { requestId: request.id, method: request.method, route: request.routeOptions.url, code: error.code };
    if (problem.status === 500) this.log.error('Request failed', { ...fields, error: error.cause ?? error });
    else if (problem.status >= 500)
      this.log.warn('Request could not be served', { ...fields, error: error.cause ?? error });
    if (error.kind === 'forbidden') this.refusals?.report(request, error);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy(); // part of the answer is sent: only a broken connection can signal the failure
      return;
    }
    if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', error.retryAfterSeconds);
    void reply.code(problem.status).header('content-type', PROBLEM_MEDIA_TYPE).send(problem);
  }
}
