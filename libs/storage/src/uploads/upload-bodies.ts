import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { UPLOAD_MEDIA_TYPE } from './tus-protocol.js';

/** Lets the bodies of uploads through to their route as streams, of any length. All others are read before. */
@Injectable()
export class UploadBodies implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addContentTypeParser(UPLOAD_MEDIA_TYPE, (_, payload, done) => done(null, payload));
  }
}
