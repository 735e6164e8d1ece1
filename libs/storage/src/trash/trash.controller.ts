import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { ItemOutcomesResponse } from '../item-outcomes.dto.js';
import { PathsRequest, TrashIdsRequest, TrashListingResponse, TrashQuery } from './trash.dto.js';
import { Trash } from './trash.service.js';

@ApiTags('Storage')
@Controller('api/storage/trash')
export class TrashController {
  constructor(private readonly trash: Trash) {}

  @Get()
  @RequirePermission('storage.view')
  @ApiOperation({ operationId: 'listTrash', summary: 'List the trash, newest first' })
  @ApiOkResponse({ type: TrashListingResponse })
  list(@Query() query: TrashQuery): Promise<TrashListingResponse> {
    return this.trash.list(query);
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('storage.delete')
  @ApiOperation({ operationId: 'moveToTrash', summary: 'Move files and folders to the trash' })
  @ApiOkResponse({ type: ItemOutcomesResponse })
  moveToTrash(@CurrentActor() actor: Actor, @Body() { paths }: PathsRequest): Promise<ItemOutcomesResponse> {
    return this.trash.moveToTrash(actor, paths);
  }

  @Post('restore')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({ operationId: 'restoreFromTrash', summary: 'Restore items from the trash to their original paths' })
  @ApiOkResponse({ type: ItemOutcomesResponse })
  restore(@CurrentActor() actor: Actor, @Body() { ids }: TrashIdsRequest): Promise<ItemOutcomesResponse> {
    return this.trash.restore(actor, ids);
  }

  @Post('remove')
  @HttpCode(200)
  @RequirePermission('storage.delete')
  @ApiOperation({ operationId: 'removeFromTrash', summary: 'Delete items from the trash permanently, as a job' })
  @ApiOkResponse({ type: ItemOutcomesResponse })
  remove(@CurrentActor() actor: Actor, @Body() { ids }: TrashIdsRequest): Promise<ItemOutcomesResponse> {
    return this.trash.remove(actor, ids);
  }
}
