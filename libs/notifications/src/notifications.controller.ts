import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, Authenticated, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { DeliveryPageResponse, DeliveriesQuery } from './delivery/delivery.dto.js';
import { DeliveryLog } from './delivery/delivery-log.js';
import { SuccessResponse } from './inbox/inbox.dto.js';
import {
  ChannelResponse,
  ChannelParams,
  TestChannelRequest,
  TestChannelResponse,
  UpdateChannelRequest,
  EventResponse,
  EventParams,
  UpdateEventRequest,
  PreferenceResponse,
  UpdatePreferenceRequest,
  VerifyDestinationRequest,
} from './notifications.dto.js';
import { NotificationsService } from './notifications.service.js';

@ApiTags('Notifications')
@Controller('api/notifications')
export class NotificationsController {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly deliveries: DeliveryLog,
  ) {}

  @Get('channels')
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'listChannels', summary: 'Channels with their configuration' })
  @ApiOkResponse({ type: [ChannelResponse] })
  listChannels(): Promise<ChannelResponse[]> {
    return this.notifications.listChannels();
  }

  @Get('channels/:channel_type')
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'getChannel', summary: 'One channel' })
  @ApiOkResponse({ type: ChannelResponse })
  findChannel(@Param() { channel_type }: ChannelParams): Promise<ChannelResponse> {
    return this.notifications.findChannel(channel_type);
  }

  @Put('channels/:channel_type')
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'updateChannel', summary: 'Switch a channel on or off, or store its configuration' })
  @ApiOkResponse({ type: ChannelResponse })
  updateChannel(
    @CurrentActor() actor: Actor,
    @Param() { channel_type }: ChannelParams,
    @Body() change: UpdateChannelRequest,
  ): Promise<ChannelResponse> {
    return this.notifications.updateChannel(actor, channel_type, change);
  }

  @Post('channels/:channel_type/test')
  @HttpCode(200)
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'testChannel', summary: 'Send a test message; a failure is part of the response' })
  @ApiOkResponse({ type: TestChannelResponse })
  testChannel(
    @CurrentUser() caller: SignedIn,
    @Param() { channel_type }: ChannelParams,
    @Body() { destination }: TestChannelRequest,
  ): Promise<TestChannelResponse> {
    return this.notifications.testChannel(caller, channel_type, destination);
  }

  @Get('events')
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'listEvents', summary: 'Event types and whether users are notified' })
  @ApiOkResponse({ type: [EventResponse] })
  listEvents(): Promise<EventResponse[]> {
    return this.notifications.listEvents();
  }

  @Put('events/:event_type')
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'updateEvent', summary: 'Change the rule of a type of event' })
  @ApiOkResponse({ type: EventResponse })
  updateEvent(
    @CurrentActor() actor: Actor,
    @Param() { event_type }: EventParams,
    @Body() change: UpdateEventRequest,
  ): Promise<EventResponse> {
    return this.notifications.updateEvent(actor, event_type, change);
  }

  @Get('preferences')
  @Authenticated()
  @ApiOperation({ operationId: 'getNotificationPreferences', summary: 'Your preferences, one per channel' })
  @ApiOkResponse({ type: [PreferenceResponse] })
  listPreferences(@CurrentUser() caller: SignedIn): Promise<PreferenceResponse[]> {
    return this.notifications.listPreferences(caller);
  }

  @Put('preferences/:channel_type')
  @Authenticated()
  @ApiOperation({ operationId: 'updateNotificationPreference', summary: 'Change your preference for a channel' })
  @ApiOkResponse({ type: PreferenceResponse })
  updatePreference(
    @CurrentUser() caller: SignedIn,
    @Param() { channel_type }: ChannelParams,
    @Body() change: UpdatePreferenceRequest,
  ): Promise<PreferenceResponse> {
    return this.notifications.updatePreference(caller, channel_type, change);
  }

  @Post('preferences/:channel_type/code')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'sendNotificationCode', summary: 'Send a new code to your destination' })
  @ApiOkResponse({ type: SuccessResponse })
  sendCode(@CurrentUser() caller: SignedIn, @Param() { channel_type }: ChannelParams): Promise<SuccessResponse> {
    return this.notifications.sendCode(caller, channel_type);
  }

  @Post('preferences/:channel_type/verify')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'verifyNotificationDestination', summary: 'Verify your destination with its code' })
  @ApiOkResponse({ type: PreferenceResponse })
  verify(
    @CurrentUser() caller: SignedIn,
    @Param() { channel_type }: ChannelParams,
    @Body() { code }: VerifyDestinationRequest,
  ): Promise<PreferenceResponse> {
    return this.notifications.verify(caller, channel_type, code);
  }

  @Get('logs')
  @RequirePermission('audit.view')
  @ApiOperation({
    operationId: 'listDeliveryLogs',
    summary: 'Messages that are pending, sent or failed permanently, newest first',
  })
  @ApiOkResponse({ type: DeliveryPageResponse })
  listDeliveries(@Query() query: DeliveriesQuery): Promise<DeliveryPageResponse> {
    return this.deliveries.list(query);
  }
}
