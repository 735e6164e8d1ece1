import { Body, Controller, Delete, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { PathQuery } from '../storage.dto.js';
import { CreateDirectoryRequest, RenamedResponse, RenameRequest, SuccessMessageResponse } from './changes.dto.js';
import { StorageChanges } from './changes.service.js';

@ApiTags('Storage')
@Controller('api/storage')
export class ChangesController {
  constructor(private readonly changes: StorageChanges) {}

  @Post('mkdir')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({ operationId: 'createDirectory', summary: 'Create a folder and its missing parents' })
  @ApiOkResponse({ type: SuccessMessageResponse })
  async createDirectory(
    @CurrentActor() actor: Actor,
    @Body() { path }: CreateDirectoryRequest,
  ): Promise<SuccessMessageResponse> {
    return { success: true, message: `Directory made: ${await this.changes.createDirectory(actor, path)}` };
  }

  @Delete('delete')
  @RequirePermission('storage.delete')
  @ApiOperation({
    operationId: 'deleteStoragePath',
    summary: 'Delete a file, an empty folder or a symbolic link permanently',
  })
  @ApiOkResponse({ type: SuccessMessageResponse })
  async delete(@CurrentActor() actor: Actor, @Query() { path }: PathQuery): Promise<SuccessMessageResponse> {
    return { success: true, message: `Deleted: ${await this.changes.delete(actor, path)}` };
  }

  @Post('rename')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({ operationId: 'renameStoragePath', summary: 'Rename a file or folder' })
  @ApiOkResponse({ type: RenamedResponse })
  async rename(@CurrentActor() actor: Actor, @Body() { path, name }: RenameRequest): Promise<RenamedResponse> {
    return { path: await this.changes.rename(actor, path, name) };
  }
}
