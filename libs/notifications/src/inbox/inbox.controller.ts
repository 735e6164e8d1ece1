import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { Authenticated, CurrentUser, type SignedIn } from '@kubarr/access';
import { Inbox, InboxQuery, NotificationId, SuccessFlag, UnreadCount } from './inbox.dto.js';
import { Inboxes } from './inbox.js';

const DONE = { success: true };

@ApiTags('Notifications')
@Controller('api/notifications/inbox')
export class InboxController {
  constructor(private readonly inboxes: Inboxes) {}

  @Get()
  @Authenticated()
  @ApiOperation({ operationId: 'getInbox', summary: 'Own notifications' })
  @ApiOkResponse({ type: Inbox })
  page(@CurrentUser() { userId }: SignedIn, @Query() query: InboxQuery): Promise<Inbox> {
    return this.inboxes.page(userId, query);
  }

  @Get('count')
  @Authenticated()
  @ApiOperation({ operationId: 'getUnreadCount', summary: 'Number of own unread notifications' })
  @ApiOkResponse({ type: UnreadCount })
  async count(@CurrentUser() { userId }: SignedIn): Promise<UnreadCount> {
    return { count: await this.inboxes.unread(userId) };
  }

  @Post('read-all')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'markAllNotificationsRead', summary: 'Mark all own notifications as read' })
  @ApiOkResponse({ type: SuccessFlag })
  async readAll(@CurrentUser() { userId }: SignedIn): Promise<SuccessFlag> {
    await this.inboxes.markAllRead(userId);
    return DONE;
  }

  @Post(':id/read')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'markNotificationRead', summary: 'Mark one own notification as read' })
  @ApiOkResponse({ type: SuccessFlag })
  async read(@CurrentUser() { userId }: SignedIn, @Param() { id }: NotificationId): Promise<SuccessFlag> {
    await this.inboxes.markRead(userId, id);
    return DONE;
  }

  @Delete(':id')
  @Authenticated()
  @ApiOperation({ operationId: 'deleteNotification', summary: 'Delete one own notification' })
  @ApiOkResponse({ type: SuccessFlag })
  async remove(@CurrentUser() { userId }: SignedIn, @Param() { id }: NotificationId): Promise<SuccessFlag> {
    await this.inboxes.remove(userId, id);
    return DONE;
  }
}
