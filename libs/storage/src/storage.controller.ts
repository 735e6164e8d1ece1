import { Controller, Get, Head, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@kubarr/platform/openapi';
import { RequirePermission } from '@kubarr/access';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Downloads } from './downloads.js';
import {
  BrowseQuery,
  DirectoryListingResponse,
  FileInfoResponse,
  PathQuery,
  StorageStatsResponse,
} from './storage.dto.js';
import { StorageService } from './storage.service.js';

const BYTES = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

@ApiTags('Storage')
@Controller('api/storage')
export class StorageController {
  constructor(
    private readonly storage: StorageService,
    private readonly downloads: Downloads,
  ) {}

  @Get('browse')
  @RequirePermission('storage.view')
  @ApiOperation({ operationId: 'browseStorage', summary: 'List a folder' })
  @ApiOkResponse({ type: DirectoryListingResponse })
  browse(@Query() query: BrowseQuery): Promise<DirectoryListingResponse> {
    return this.storage.browse(query);
  }

  @Get('stats')
  @RequirePermission('storage.view')
  @ApiOperation({ operationId: 'getStorageStats', summary: 'Disk usage of the storage volume' })
  @ApiOkResponse({ type: StorageStatsResponse })
  stats(): Promise<StorageStatsResponse> {
    return this.storage.stats();
  }

  @Get('file-info')
  @RequirePermission('storage.view')
  @ApiOperation({ operationId: 'getFileInfo', summary: 'Details of one file or folder' })
  @ApiOkResponse({ type: FileInfoResponse })
  fileInfo(@Query() { path }: PathQuery): Promise<FileInfoResponse> {
    return this.storage.fileInfo(path);
  }

  @Get('download')
  @RequirePermission('storage.download')
  @ApiOperation({
    operationId: 'downloadFile',
    summary: 'Download a file',
    description:
      'Supports Range, If-Range, If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since. HEAD returns the headers only.',
  })
  @ApiOkResponse({ description: 'The whole file', content: BYTES })
  @ApiResponse({ status: 206, description: 'The requested range', content: BYTES })
  @ApiResponse({ status: 304, description: 'Not modified' })
  @ApiResponse({ status: 412, description: 'If-Match or If-Unmodified-Since does not match' })
  @ApiResponse({ status: 416, description: 'The range starts after the end of the file' })
  download(
    @Query() { path }: PathQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    return this.downloads.answer(path, request, reply);
  }

  @Head('download')
  @RequirePermission('storage.download')
  @ApiExcludeEndpoint()
  describeDownload(
    @Query() { path }: PathQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    return this.downloads.answer(path, request, reply);
  }
}
