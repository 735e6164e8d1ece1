import { TextField } from '@kubarr/platform/http';
import { PASSWORD_LENGTH } from '@kubarr/users';

export class ChangeOwnPasswordRequest {
  @TextField({ description: 'Current password', minLength: 1, maxLength: 128, format: 'password' })
  current_password!: string;

  @TextField({
    description: 'New password',
    minLength: PASSWORD_LENGTH.minimum,
    maxLength: PASSWORD_LENGTH.maximum,
    format: 'password',
  })
  new_password!: string;
}
