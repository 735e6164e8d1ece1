import { Controller, Delete, Head, Headers, HttpCode, Options, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, Public, RequirePermission } from '@kubarr/access';
import { StorageConfig } from '../storage.config.js';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type IncomingHttpHeaders } from 'node:http';
import { parseUploadFigure, parseUploadMetadata, uploadPath } from './upload-metadata.js';
import { UploadParams } from './uploads.dto.js';
import { requireProtocol, TUS_EXTENSIONS, TUS_VERSION, UPLOAD_MEDIA_TYPE, UPLOADS_ROUTE } from './tus-protocol.js';
import { UploadNotReadable } from './uploads.errors.js';
import { type UploadProgress, Uploads } from './uploads.service.js';

/** The tus protocol, version 1.0.0: core with creation, expiration and termination. Source: tus.io. */
@ApiTags('Storage')
@Controller(UPLOADS_ROUTE)
export class UploadsController {
  constructor(
    private readonly uploads: Uploads,
    private readonly config: StorageConfig,
  ) {}

  @Options()
  @HttpCode(204)
  @Public()
  @ApiExcludeEndpoint()
  options(@Res({ passthrough: true }) reply: FastifyReply): void {
    const { maxUploadBytes } = this.config;
    void reply.headers({
      'tus-resumable': TUS_VERSION,
      'tus-version': TUS_VERSION,
      'tus-extension': TUS_EXTENSIONS,
      ...(maxUploadBytes > 0 && { 'tus-max-size': maxUploadBytes }),
    });
  }

  @Post()
  @HttpCode(201)
  @RequirePermission('storage.write')
  @ApiOperation({
    operationId: 'beginUpload',
    summary: 'Start an upload',
    description:
      'The tus protocol 1.0.0. Upload-Length is the size in bytes; Upload-Metadata contains `path`, or `filename` and optionally `folder`. Location is the URL of the upload.',
  })
  @ApiResponse({ status: 201, description: 'Location is the URL for the bytes' })
  async start(
    @CurrentActor() actor: Actor,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    requireProtocol(headers, reply);
    const size = parseUploadFigure('Upload-Length', single(headers['upload-length']));
    const path = uploadPath(parseUploadMetadata(single(headers['upload-metadata']) ?? ''));
    const progress = await this.uploads.start(actor, path, size);
    setProgressHeaders(reply, progress);
    void reply.header('location', `/${UPLOADS_ROUTE}/${progress.id}`);
  }

  @Head(':id')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({ operationId: 'getUploadProgress', summary: 'Get the progress of an upload' })
  @ApiResponse({ status: 200, description: 'Upload-Offset is the number of bytes received, Upload-Length the total' })
  async getProgress(
    @CurrentActor() actor: Actor,
    @Param() { id }: UploadParams,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    requireProtocol(headers, reply);
    const progress = await this.uploads.getProgress(actor, id);
    setProgressHeaders(reply, progress);
    void reply.headers({ 'upload-length': progress.size, 'cache-control': 'no-store' });
  }

  @Patch(':id')
  @HttpCode(204)
  @RequirePermission('storage.write')
  @ApiOperation({
    operationId: 'continueUpload',
    summary: 'Append bytes to an upload',
    description: `Content-Type is ${UPLOAD_MEDIA_TYPE}, Upload-Offset the position of the first byte. The file appears when all bytes have arrived.`,
  })
  @ApiResponse({ status: 204, description: 'Upload-Offset is the number of bytes received so far' })
  async append(
    @CurrentActor() actor: Actor,
    @Param() { id }: UploadParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { headers, raw } = request;
    requireProtocol(headers, reply);
    if (headers['content-type'] !== UPLOAD_MEDIA_TYPE)
      throw new UploadNotReadable(`Content-Type must be ${UPLOAD_MEDIA_TYPE}`);
    const offset = parseUploadFigure('Upload-Offset', single(headers['upload-offset']));
    const length = headers['content-length'];
    const announced = length === undefined ? undefined : parseUploadFigure('Content-Length', length);
    setProgressHeaders(reply, await this.uploads.append(actor, id, offset, raw, announced));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('storage.write')
  @ApiOperation({ operationId: 'cancelUpload', summary: 'Cancel an upload' })
  @ApiResponse({ status: 204, description: 'The received bytes are deleted' })
  async cancel(
    @CurrentActor() actor: Actor,
    @Param() { id }: UploadParams,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    requireProtocol(headers, reply);
    await this.uploads.cancel(actor, id);
    void reply.header('tus-resumable', TUS_VERSION);
  }
}

function setProgressHeaders(reply: FastifyReply, { offset, expiresAt }: UploadProgress): void {
  void reply.headers({
    'tus-resumable': TUS_VERSION,
    'upload-offset': offset,
    'upload-expires': expiresAt.toUTCString(),
  });
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
