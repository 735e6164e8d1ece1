import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { Outcomes } from '../outcomes.js';
import { PathsRequest, TrashIdsRequest, TrashListing, TrashQuery } from './trash.dto.js';
import { Trash } from './trash.service.js';

@ApiTags('Storage')
@Controller('api/storage/trash')
export class TrashController {
  constructor(private readonly trash: Trash) {}

  @Get()
  @RequirePermission('storage.view')
  @ApiOperation({ operationId: 'listTrash', summary: 'What is in the trash, newest first' })
  @ApiOkResponse({ type: TrashListing })
  list(@Query() query: TrashQuery): Promise<TrashListing> {
    return this.trash.list(query);
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('storage.delete')
  @ApiOperation({ operationId: 'moveToTrash', summary: 'Put files and folders into the trash' })
  @ApiOkResponse({ type: Outcomes })
  put(@CurrentActor() actor: Actor, @Body() { paths }: PathsRequest): Promise<Outcomes> {
    return this.trash.put(actor, paths);
  }

  @Post('restore')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({ operationId: 'restoreFromTrash', summary: 'Put things from the trash back to where they were' })
  @ApiOkResponse({ type: Outcomes })
  restore(@CurrentActor() actor: Actor, @Body() { ids }: TrashIdsRequest): Promise<Outcomes> {
    return this.trash.restore(actor, ids);
  }

  @Post('remove')
  @HttpCode(200)
  @RequirePermission('storage.delete')
  @ApiOperation({ operationId: 'removeFromTrash', summary: 'Remove things from the trash for good, as jobs' })
  @ApiOkResponse({ type: Outcomes })
  remove(@CurrentActor() actor: Actor, @Body() { ids }: TrashIdsRequest): Promise<Outcomes> {
    return this.trash.remove(actor, ids);
  }
}
