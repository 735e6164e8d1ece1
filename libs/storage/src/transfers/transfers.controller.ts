import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { Outcomes } from '../outcomes.js';
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
    description: 'At once on the same disk. To another disk they are copied first, by a job. Nothing is replaced.',
  })
  @ApiOkResponse({ type: Outcomes })
  move(@CurrentActor() actor: Actor, @Body() { paths, to }: TransferRequest): Promise<Outcomes> {
    return this.transfers.move(actor, paths, to);
  }

  @Post('copy')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({
    operationId: 'copyStoragePaths',
    summary: 'Copy files and folders to another folder',
    description: 'Small files at once, the rest by a job. A copy whose name is taken gets a number.',
  })
  @ApiOkResponse({ type: Outcomes })
  copy(@CurrentActor() actor: Actor, @Body() { paths, to }: TransferRequest): Promise<Outcomes> {
    return this.transfers.copy(actor, paths, to);
  }
}
