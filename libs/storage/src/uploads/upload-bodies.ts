import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { UnsupportedMediaType } from '@kubarr/platform/http';
import { type FastifyInstance } from 'fastify';
import { UPLOAD_MEDIA_TYPE, UPLOADS_ROUTE } from './tus-protocol.js';

/**
 * Lets the bodies of uploads through to their routes as streams, of any length. Everywhere else they are refused: what
 * checks the fields of a body would take the connection itself for one, and the process would end.
 */
@Injectable()
export class UploadBodies implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    if (!adapter) return; // a command serves nothing
    const fastify = adapter.getInstance<FastifyInstance>();
    fastify.addContentTypeParser(UPLOAD_MEDIA_TYPE, (request, payload, done) => {
      if (request.routeOptions.url?.startsWith(`/${UPLOADS_ROUTE}`)) {
        done(null, payload);
        return;
      }
      payload.resume();
      done(new UnsupportedMediaType(), undefined);
    });
  }
}
