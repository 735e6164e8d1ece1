import { Controller, Get, Query, Res, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { RequirePermission } from '@kubarr/access';
import { type FastifyReply } from 'fastify';
import { disconnectSignal } from '../disconnect-signal.js';
import { ArchiveQuery } from './archives.dto.js';
import { Archives } from './archives.service.js';

@ApiTags('Storage')
@Controller('api/storage/archive')
export class ArchivesController {
  constructor(private readonly archives: Archives) {}

  @Get()
  @RequirePermission('storage.download')
  @ApiOperation({
    operationId: 'downloadArchive',
    summary: 'Download folders and files as one archive',
    description: 'Streamed without a temporary file. Symbolic links, devices, sockets and pipes are left out.',
  })
  @ApiOkResponse({
    description: 'The archive',
    content: {
      'application/zip': { schema: { type: 'string', format: 'binary' } },
      'application/x-tar': { schema: { type: 'string', format: 'binary' } },
    },
  })
  download(@Query() query: ArchiveQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<StreamableFile> {
    return this.archives.answer(query, disconnectSignal(reply));
  }
}
