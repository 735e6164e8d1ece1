import { type FastifyInstance } from 'fastify';
import { type MetricsRegistry } from '../telemetry/index.js';

/** Methods with their own label value; any other is `OTHER`. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Measures every answer by route pattern, never by URL: label values must come from a small set. */
export function measureRequests(fastify: FastifyInstance, metrics: MetricsRegistry): void {
  const durations = metrics.histogram({
    name: 'kubarr_http_request_duration_seconds',
    help: 'Time from request to the end of the answer, by method, route pattern and status',
    labels: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2, 10],
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    durations.observe(
      {
        method: METHODS.has(request.method) ? request.method : 'OTHER',
        route: request.routeOptions.url ?? 'unmatched',
        status: reply.statusCode,
      },
      reply.elapsedTime / 1_000,
    );
    done();
  });
}
