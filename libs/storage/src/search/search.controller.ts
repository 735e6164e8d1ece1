import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { RequirePermission } from '@kubarr/access';
import { type FastifyReply } from 'fastify';
import { disconnectSignal } from '../disconnect-signal.js';
import { SearchQuery, SearchResponse } from './search.dto.js';
import { Search } from './search.service.js';

@ApiTags('Storage')
@Controller('api/storage/search')
export class SearchController {
  constructor(private readonly search: Search) {}

  @Get()
  @RequirePermission('storage.view')
  @ApiOperation({ operationId: 'searchStorage', summary: 'Find files and folders by name' })
  @ApiOkResponse({ type: SearchResponse })
  find(@Query() query: SearchQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<SearchResponse> {
    return this.search.find(query, disconnectSignal(reply));
  }
}
