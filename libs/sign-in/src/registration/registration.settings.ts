import { booleanSetting } from '@kubarr/settings';

export const RegistrationSettings = {
  isEnabled: booleanSetting('registration_enabled', {
    default: true,
    description: 'Anyone may register; when off, an invite is required',
  }),
  requiresApproval: booleanSetting('registration_require_approval', {
    default: true,
    description: 'New registrations wait for an administrator',
  }),
} as const;
