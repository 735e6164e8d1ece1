import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { SuccessMessageResponse } from '../changes/changes.dto.js';
import { DirectorySizesResponse, FolderQuery } from './sizes.dto.js';
import { Sizes } from './sizes.service.js';

@ApiTags('Storage')
@Controller('api/storage/size')
export class SizesController {
  constructor(private readonly sizes: Sizes) {}

  @Get()
  @RequirePermission('storage.view')
  @ApiOperation({
    operationId: 'getDirectorySizes',
    summary: 'Sizes of a folder and its subfolders, as last measured',
  })
  @ApiOkResponse({ type: DirectorySizesResponse })
  getMeasured(@Query() { path }: FolderQuery): Promise<DirectorySizesResponse> {
    return this.sizes.getMeasured(path ?? '');
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('storage.view')
  @ApiOperation({ operationId: 'measureDirectory', summary: 'Measure a folder, as a job' })
  @ApiOkResponse({ type: SuccessMessageResponse })
  async measure(@CurrentActor() actor: Actor, @Body() { path }: FolderQuery): Promise<SuccessMessageResponse> {
    await this.sizes.measure(actor, path ?? '');
    return { success: true, message: 'The folder is being measured.' };
  }
}
