import { ChoiceField, TextField } from '@kubarr/platform/http';
import { EMAIL_LENGTH, USERNAME_LENGTH } from '../account-rules.js';

export class UpdateOwnProfileRequest {
  @TextField({
    description: 'New name to sign in with',
    minLength: USERNAME_LENGTH.minimum,
    maxLength: USERNAME_LENGTH.maximum,
    optional: true,
  })
  username?: string | null;

  @TextField({
    description: 'New e-mail address',
    minLength: EMAIL_LENGTH.minimum,
    maxLength: EMAIL_LENGTH.maximum,
    format: 'email',
    optional: true,
  })
  email?: string | null;
}

export class UpdatePreferencesRequest {
  @ChoiceField({ description: 'Colours of the pages', choices: ['system', 'light', 'dark'], optional: true })
  theme?: 'system' | 'light' | 'dark' | null;
}
