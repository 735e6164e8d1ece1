import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { MessageAnswer } from '../user-answer.js';
import { CreateInviteRequest, InviteAnswer, InviteParameter } from './invites.dto.js';
import { InvitesService } from './invites.service.js';

@ApiTags('Users')
@Controller('api/users/invites')
export class InvitesController {
  constructor(private readonly invites: InvitesService) {}

  @Get()
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'listInvites', summary: 'Invites, newest first, without their codes' })
  @ApiOkResponse({ type: [InviteAnswer] })
  list(): Promise<InviteAnswer[]> {
    return this.invites.list();
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'createInvite', summary: 'Make an invite for one person; its code is shown this once' })
  @ApiOkResponse({ type: InviteAnswer })
  create(@CurrentActor() actor: Actor, @Body() body: CreateInviteRequest): Promise<InviteAnswer> {
    return this.invites.create(actor, body);
  }

  @Delete(':invite_id')
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'deleteInvite', summary: 'Take an invite back' })
  @ApiOkResponse({ type: MessageAnswer })
  remove(@CurrentActor() actor: Actor, @Param() { invite_id }: InviteParameter): Promise<MessageAnswer> {
    return this.invites.remove(actor, invite_id);
  }
}
