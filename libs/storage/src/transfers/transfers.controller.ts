import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { ItemOutcomesResponse } from '../item-outcomes.dto.js';
import { TransferRequest } from './transfers.dto.js';
import { Transfers } from './transfers.service.js';

@ApiTags('Storage')
@Controller('api/storage')
export class TransfersController {
  constructor(private readonly transfers: Transfers) {}

  @Post('move')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({
    operationId: 'moveStoragePaths',
    summary: 'Move files and folders to another folder',
    description:
      'Immediate on the same disk. To another disk a job copies, then deletes the originals. Existing files are never replaced.',
  })
  @ApiOkResponse({ type: ItemOutcomesResponse })
  move(@CurrentActor() actor: Actor, @Body() { paths, to }: TransferRequest): Promise<ItemOutcomesResponse> {
    return this.transfers.move(actor, paths, to);
  }

  @Post('copy')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({
    operationId: 'copyStoragePaths',
    summary: 'Copy files and folders to another folder',
    description: 'Small files are copied by the request, the rest by a job. A copy whose name is taken gets a number.',
  })
  @ApiOkResponse({ type: ItemOutcomesResponse })
  copy(@CurrentActor() actor: Actor, @Body() { paths, to }: TransferRequest): Promise<ItemOutcomesResponse> {
    return this.transfers.copy(actor, paths, to);
  }
}
