import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { PathQuery } from '../storage.dto.js';
import { DeleteTreeRequest, JobStartedResponse, TreeContentResponse } from './removal.dto.js';
import { TreeDeletion } from './tree-deletion.service.js';

@ApiTags('Storage')
@Controller('api/storage/delete-tree')
export class RemovalController {
  constructor(private readonly deletion: TreeDeletion) {}

  @Get()
  @RequirePermission('storage.delete')
  @ApiOperation({
    operationId: 'askDeleteTree',
    summary: 'Count the content of a folder and get the token to delete it',
  })
  @ApiOkResponse({ type: TreeContentResponse })
  prepare(@CurrentUser() user: SignedIn, @Query() { path }: PathQuery): Promise<TreeContentResponse> {
    return this.deletion.prepare(user, path);
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('storage.delete')
  @ApiOperation({ operationId: 'deleteTree', summary: 'Delete a folder and its content permanently, as a job' })
  @ApiOkResponse({ type: JobStartedResponse })
  delete(@CurrentActor() actor: Actor, @Body() { path, name, token }: DeleteTreeRequest): Promise<JobStartedResponse> {
    return this.deletion.delete(actor, path, name, token);
  }
}
