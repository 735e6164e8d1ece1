import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AlertsModule } from '@kubarr/alerts';
import { AuditModule } from '@kubarr/audit';
import { UsersModule } from '@kubarr/users';
import { ChannelRequests } from './channels/channel-requests.js';
import { ChannelSettings } from './channels/channel-settings.js';
import { ChannelTypes } from './channels/channel-types.js';
import { EmailChannel } from './channels/email.channel.js';
import { MessageBirdChannel } from './channels/messagebird.channel.js';
import { NotificationChannel } from './channels/notification-channel.entity.js';
import { NtfyChannel } from './channels/ntfy.channel.js';
import { TelegramChannel } from './channels/telegram.channel.js';
import { WebhookChannel } from './channels/webhook.channel.js';
import { DeliveryLog } from './delivery/delivery-log.js';
import { NotificationDelivery } from './delivery/notification-delivery.entity.js';
import { OutboxCheck } from './delivery/outbox-check.job.js';
import { Outbox } from './delivery/outbox.js';
import { Sender } from './delivery/sender.job.js';
import { Notifier } from './events/notifier.js';
import { AlertFollower } from './events/alert-follower.js';
import { AuditFollower } from './events/audit-follower.job.js';
import { EventTypes } from './events/event-types.js';
import { NotificationRule } from './events/notification-rule.entity.js';
import { NotificationRules } from './events/notification-rules.js';
import { SignInWatch } from './events/sign-in-watch.js';
import { InboxController } from './inbox/inbox.controller.js';
import { InboxFeed } from './inbox/inbox-feed.js';
import { InboxService } from './inbox/inbox.service.js';
import { UserNotification } from './inbox/user-notification.entity.js';
import { NotificationRetention } from './notification-retention.job.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsService } from './notifications.service.js';
import { Destinations } from './destinations/destinations.js';
import { NotificationPreference } from './destinations/notification-preference.entity.js';
import { Preferences } from './preferences/preferences.js';

@Module({
  imports: [
    AlertsModule,
    AuditModule,
    UsersModule,
    TypeOrmModule.forFeature([
      NotificationChannel,
      NotificationDelivery,
      NotificationPreference,
      NotificationRule,
      UserNotification,
    ]),
  ],
  controllers: [InboxController, NotificationsController],
  providers: [
    AlertFollower,
    AuditFollower,
    ChannelRequests,
    ChannelSettings,
    ChannelTypes,
    DeliveryLog,
    Destinations,
    EmailChannel,
    EventTypes,
    InboxFeed,
    InboxService,
    MessageBirdChannel,
    NotificationRetention,
    NotificationRules,
    NotificationsService,
    Notifier,
    NtfyChannel,
    Outbox,
    OutboxCheck,
    Preferences,
    Sender,
    SignInWatch,
    TelegramChannel,
    WebhookChannel,
  ],
})
export class NotificationsModule {}
