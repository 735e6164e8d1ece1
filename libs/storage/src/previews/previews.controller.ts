import { Controller, Get, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@kubarr/platform/openapi';
import { RequirePermission } from '@kubarr/access';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { PathQuery } from '../storage.dto.js';
import { Previews } from './previews.service.js';

@ApiTags('Storage')
@Controller('api/storage/preview')
export class PreviewsController {
  constructor(private readonly previews: Previews) {}

  @Get()
  @RequirePermission('storage.download')
  @ApiOperation({
    operationId: 'previewFile',
    summary: 'Preview a text or picture',
    description:
      'The media type is detected from the content, not from the name. A long text is truncated (X-Preview-Complete: false).',
  })
  @ApiOkResponse({
    description: 'The picture, or text as UTF-8',
    content: {
      'text/plain': { schema: { type: 'string' } },
      'image/*': { schema: { type: 'string', format: 'binary' } },
    },
  })
  @ApiResponse({ status: 304, description: 'Not modified' })
  show(
    @Query() { path }: PathQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    return this.previews.answer(path, request, reply);
  }
}
