import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MetricsConfig } from './metrics.config.js';
import { RouteNotFound, HttpConfig } from '@kubarr/platform/http';
import { constantTimeEquals } from '@kubarr/platform/secrets';
import { Log, MetricsRegistry } from '@kubarr/platform/telemetry';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MetricsPortTaken, MetricsTokenMissing } from './system.errors.js';

interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Serves the metrics to Prometheus: on the main port or a separate one, openly or for a token. */
@Injectable()
export class MetricsExposition implements OnApplicationBootstrap, OnApplicationShutdown {
  private server: Server | undefined;

  constructor(
    private readonly config: MetricsConfig,
    private readonly http: HttpConfig,
    private readonly metrics: MetricsRegistry,
    private readonly log: Log,
  ) {}

  /** @throws RouteNotFound when metrics have a separate port, MetricsTokenMissing */
  onMainPort(authorization: string | undefined): Promise<Exposition> {
    if (this.config.port !== undefined) throw new RouteNotFound();
    return this.expose(authorization);
  }

  /** @throws MetricsPortTaken */
  async onApplicationBootstrap(): Promise<void> {
    const { port } = this.config;
    if (port === undefined) return;
    this.server = createServer({ requestTimeout: 10_000 }, (request, response) => void this.answer(request, response));
    this.server.listen(port, this.http.host);
    await once(this.server, 'listening').catch((error: unknown) => {
      throw new MetricsPortTaken(port, error);
    });
    this.log.info('Metrics have a port of their own', { address: this.server.address() });
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async expose(authorization: string | undefined): Promise<Exposition> {
    const { token } = this.config;
    if (token !== undefined && !constantTimeEquals(authorization ?? '', `Bearer ${token}`))
      throw new MetricsTokenMissing();
    return { contentType: this.metrics.contentType, text: await this.metrics.render() };
  }

  private async answer({ method, url, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const isMetrics = method === 'GET' && url?.split('?')[0] === '/metrics';
    try {
      if (!isMetrics) throw new RouteNotFound();
      const { contentType, text } = await this.expose(headers.authorization);
      response.writeHead(200, { 'content-type': contentType }).end(text);
    } catch (error) {
      response.writeHead(error instanceof MetricsTokenMissing ? 401 : 404).end();
    }
  }
}
