import { addresses, defineConfig } from '@kubarr/platform/config';

export class NotificationsConfig extends defineConfig({
  allowedAddresses: addresses('KUBARR_NOTIFICATION_ALLOWED_ADDRESSES', {
    purpose: 'Loopback, link-local or metadata addresses that mail servers, webhooks and ntfy may connect to anyway.',
  }),
}) {}
