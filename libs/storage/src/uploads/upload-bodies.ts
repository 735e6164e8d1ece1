import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { UnsupportedMediaType } from '@kubarr/platform/http';
import { type FastifyInstance } from 'fastify';
import { UPLOAD_MEDIA_TYPE, UPLOADS_ROUTE } from './tus-protocol.js';

/**
 * Passes upload bodies of any length to their routes as streams. Other routes refuse them: the validation pipe would walk
 * the socket object as if it were a body, and end the process.
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
