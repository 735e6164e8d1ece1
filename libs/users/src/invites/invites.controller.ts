import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { MessageResponse } from '../user-response.js';
import { CreateInviteRequest, InviteResponse, InviteParams } from './invites.dto.js';
import { InvitesService } from './invites.service.js';

@ApiTags('Users')
@Controller('api/users/invites')
export class InvitesController {
  constructor(private readonly invites: InvitesService) {}

  @Get()
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'listInvites', summary: 'Invites, newest first, without their codes' })
  @ApiOkResponse({ type: [InviteResponse] })
  list(): Promise<InviteResponse[]> {
    return this.invites.list();
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('users.manage')
  @ApiOperation({
    operationId: 'createInvite',
    summary: 'Create an invite for one person; its code is shown only once',
  })
  @ApiOkResponse({ type: InviteResponse })
  create(@CurrentActor() actor: Actor, @Body() body: CreateInviteRequest): Promise<InviteResponse> {
    return this.invites.create(actor, body);
  }

  @Delete(':invite_id')
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'deleteInvite', summary: 'Take an invite back' })
  @ApiOkResponse({ type: MessageResponse })
  remove(@CurrentActor() actor: Actor, @Param() { invite_id }: InviteParams): Promise<MessageResponse> {
    return this.invites.remove(actor, invite_id);
  }
}
