import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { Authenticated, CurrentUser, type SignedIn } from '@kubarr/access';
import { InboxResponse, InboxQuery, NotificationParams, SuccessResponse, UnreadCountResponse } from './inbox.dto.js';
import { InboxService } from './inbox.service.js';

const DONE = { success: true };

@ApiTags('Notifications')
@Controller('api/notifications/inbox')
export class InboxController {
  constructor(private readonly inbox: InboxService) {}

  @Get()
  @Authenticated()
  @ApiOperation({ operationId: 'getInbox', summary: 'Your notifications' })
  @ApiOkResponse({ type: InboxResponse })
  list(@CurrentUser() { userId }: SignedIn, @Query() query: InboxQuery): Promise<InboxResponse> {
    return this.inbox.list(userId, query);
  }

  @Get('count')
  @Authenticated()
  @ApiOperation({ operationId: 'getUnreadCount', summary: 'Number of your unread notifications' })
  @ApiOkResponse({ type: UnreadCountResponse })
  async count(@CurrentUser() { userId }: SignedIn): Promise<UnreadCountResponse> {
    return { count: await this.inbox.countUnread(userId) };
  }

  @Post('read-all')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'markAllNotificationsRead', summary: 'Mark all your notifications as read' })
  @ApiOkResponse({ type: SuccessResponse })
  async markAllRead(@CurrentUser() { userId }: SignedIn): Promise<SuccessResponse> {
    await this.inbox.markAllRead(userId);
    return DONE;
  }

  @Post(':id/read')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'markNotificationRead', summary: 'Mark one of your notifications as read' })
  @ApiOkResponse({ type: SuccessResponse })
  async markRead(@CurrentUser() { userId }: SignedIn, @Param() { id }: NotificationParams): Promise<SuccessResponse> {
    await this.inbox.markRead(userId, id);
    return DONE;
  }

  @Delete(':id')
  @Authenticated()
  @ApiOperation({ operationId: 'deleteNotification', summary: 'Delete one of your notifications' })
  @ApiOkResponse({ type: SuccessResponse })
  async delete(@CurrentUser() { userId }: SignedIn, @Param() { id }: NotificationParams): Promise<SuccessResponse> {
    await this.inbox.delete(userId, id);
    return DONE;
  }
}
