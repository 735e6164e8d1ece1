import { TextField } from '@kubarr/platform/http';

export class ConfirmPasswordRequest {
  @TextField({ description: 'Password, to confirm', minLength: 1, maxLength: 128, format: 'password' })
  password!: string;
}
