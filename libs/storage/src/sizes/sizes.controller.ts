import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { SuccessMessage } from '../changes/changes.dto.js';
import { DirectorySizes, FolderQuery } from './sizes.dto.js';
import { Sizes } from './sizes.service.js';

@ApiTags('Storage')
@Controller('api/storage/size')
export class SizesController {
  constructor(private readonly sizes: Sizes) {}

  @Get()
  @RequirePermission('storage.view')
  @ApiOperation({
    operationId: 'getDirectorySizes',
    summary: 'What a folder and the folders in it hold, as last measured',
  })
  @ApiOkResponse({ type: DirectorySizes })
  known(@Query() { path }: FolderQuery): Promise<DirectorySizes> {
    return this.sizes.known(path ?? '');
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('storage.view')
  @ApiOperation({ operationId: 'measureDirectory', summary: 'Measure what a folder holds, as a job' })
  @ApiOkResponse({ type: SuccessMessage })
  async measure(@CurrentActor() actor: Actor, @Body() { path }: FolderQuery): Promise<SuccessMessage> {
    await this.sizes.measure(actor, path ?? '');
    return { success: true, message: 'It is being measured.' };
  }
}
