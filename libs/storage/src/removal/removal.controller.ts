import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { PathQuery } from '../storage.dto.js';
import { DeleteTreeRequest, JobStarted, TreeContent } from './removal.dto.js';
import { TreeDeletion } from './tree-deletion.service.js';

@ApiTags('Storage')
@Controller('api/storage/delete-tree')
export class RemovalController {
  constructor(private readonly deletion: TreeDeletion) {}

  @Get()
  @RequirePermission('storage.delete')
  @ApiOperation({ operationId: 'askDeleteTree', summary: 'What a folder holds, and the token to delete it with' })
  @ApiOkResponse({ type: TreeContent })
  ask(@CurrentUser() user: SignedIn, @Query() { path }: PathQuery): Promise<TreeContent> {
    return this.deletion.ask(user, path);
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('storage.delete')
  @ApiOperation({ operationId: 'deleteTree', summary: 'Delete a folder with all that is in it, for good, as a job' })
  @ApiOkResponse({ type: JobStarted })
  delete(@CurrentActor() actor: Actor, @Body() { path, name, token }: DeleteTreeRequest): Promise<JobStarted> {
    return this.deletion.delete(actor, path, name, token);
  }
}
