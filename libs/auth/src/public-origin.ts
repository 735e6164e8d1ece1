import { Injectable } from '@nestjs/common';
import { HttpConfig } from '@kubarr/platform/http';
import { type FastifyRequest } from 'fastify';

/**
 * The origin at which a browser reaches Kubarr: the configured one, else that of the request. Its `Origin` header comes
 * first, because it shows TLS that ends at a proxy; the cross-site check has refused any other origin.
 */
@Injectable()
export class PublicOrigin {
  constructor(private readonly config: HttpConfig) {}

  resolve({ headers, protocol, host }: FastifyRequest): string {
    const { origin } = headers;
    return this.config.publicUrl ?? (origin && URL.canParse(origin) ? origin : `${protocol}://${host}`);
  }
}
