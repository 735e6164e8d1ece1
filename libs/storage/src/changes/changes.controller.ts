import { Body, Controller, Delete, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { PathQuery } from '../storage.dto.js';
import { CreateDirectoryRequest, Renamed, RenameRequest, SuccessMessage } from './changes.dto.js';
import { StorageChanges } from './changes.service.js';

@ApiTags('Storage')
@Controller('api/storage')
export class ChangesController {
  constructor(private readonly changes: StorageChanges) {}

  @Post('mkdir')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({ operationId: 'createDirectory', summary: 'Make a folder, and those missing above it' })
  @ApiOkResponse({ type: SuccessMessage })
  async createDirectory(
    @CurrentActor() actor: Actor,
    @Body() { path }: CreateDirectoryRequest,
  ): Promise<SuccessMessage> {
    return { success: true, message: `Directory made: ${await this.changes.createDirectory(actor, path)}` };
  }

  @Delete('delete')
  @RequirePermission('storage.delete')
  @ApiOperation({
    operationId: 'deleteStoragePath',
    summary: 'Delete a file, an empty folder or a link itself, for good',
  })
  @ApiOkResponse({ type: SuccessMessage })
  async delete(@CurrentActor() actor: Actor, @Query() { path }: PathQuery): Promise<SuccessMessage> {
    return { success: true, message: `Deleted: ${await this.changes.delete(actor, path)}` };
  }

  @Post('rename')
  @HttpCode(200)
  @RequirePermission('storage.write')
  @ApiOperation({ operationId: 'renameStoragePath', summary: 'Give a file or folder another name' })
  @ApiOkResponse({ type: Renamed })
  async rename(@CurrentActor() actor: Actor, @Body() { path, name }: RenameRequest): Promise<Renamed> {
    return { path: await this.changes.rename(actor, path, name) };
  }
}
