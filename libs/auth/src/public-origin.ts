import { Injectable } from '@nestjs/common';
import { HttpConfig } from '@kubarr/platform/http';
import { type FastifyRequest } from 'fastify';

/**
 * The origin under which a browser reaches us: as configured, else as the request says. The `Origin` header comes first,
 * because it knows of TLS in front of us; the cross-site check has let it through only when it is ours.
 */
@Injectable()
export class PublicOrigin {
  constructor(private readonly config: HttpConfig) {}

  resolve({ headers, protocol, host }: FastifyRequest): string {
    const { origin } = headers;
    return this.config.publicUrl ?? (origin && URL.canParse(origin) ? origin : `${protocol}://${host}`);
  }
}
