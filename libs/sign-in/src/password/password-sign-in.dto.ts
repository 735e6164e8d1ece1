import { TextField } from '@kubarr/platform/http';

export class LoginRequest {
  @TextField({ description: 'User name or e-mail address', minLength: 1, maxLength: 254 })
  username!: string;

  @TextField({ description: 'Password', minLength: 1, maxLength: 128, format: 'password' })
  password!: string;

  @TextField({
    description: 'Code of the authenticator app or a recovery code, when the account has a second factor',
    maxLength: 16,
    optional: true,
  })
  totp_code?: string | null;
}

export class RecoveryLoginRequest {
  @TextField({ description: 'User name or e-mail address', minLength: 1, maxLength: 254 })
  username!: string;

  @TextField({ description: 'Password', minLength: 1, maxLength: 128, format: 'password' })
  password!: string;

  @TextField({ description: 'Recovery code: ten letters and digits', minLength: 10, maxLength: 16 })
  recovery_code!: string;
}

export class SecondFactorCodeRequest {
  @TextField({ description: 'Code of the authenticator app, or a recovery code', minLength: 6, maxLength: 16 })
  code!: string;
}
