import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { EMAIL_LENGTH, PASSWORD_LENGTH, USERNAME_LENGTH } from '@kubarr/users';

/** Invites of earlier products have 64 characters, ours 43. */
const LONGEST_CODE = 128;

export class RegisterRequest {
  @TextField({
    description: 'Name to sign in with, unique without regard to case, without @',
    minLength: USERNAME_LENGTH.minimum,
    maxLength: USERNAME_LENGTH.maximum,
  })
  username!: string;

  @TextField({
    description: 'E-mail address, unique without regard to case',
    minLength: EMAIL_LENGTH.minimum,
    maxLength: EMAIL_LENGTH.maximum,
    format: 'email',
  })
  email!: string;

  @TextField({
    description: 'Password',
    minLength: PASSWORD_LENGTH.minimum,
    maxLength: PASSWORD_LENGTH.maximum,
    format: 'password',
  })
  password!: string;

  @TextField({ description: 'Code of the invite, from its link', maxLength: LONGEST_CODE, optional: true })
  invite?: string | null;
}

export class RegisterResponse {
  @ApiProperty({ description: 'Number of the account', type: 'integer', format: 'int64' })
  user_id!: number;

  @ApiProperty({ description: 'Its user name' })
  username!: string;

  @ApiProperty({ description: 'Its e-mail address' })
  email!: string;

  @ApiProperty({ description: 'False = waits for an administrator before it can sign in' })
  is_approved!: boolean;
}

export class RegistrationQuery {
  @TextField({ description: 'Code of the invite, from its link', maxLength: LONGEST_CODE, optional: true })
  invite?: string;
}

export class RegistrationStateResponse {
  @ApiProperty({ description: 'True = this visitor can register' })
  is_open!: boolean;

  @ApiProperty({ description: 'True = the new account waits for an administrator' })
  requires_approval!: boolean;

  @ApiProperty({ description: 'Why registration is closed and what to do, for users', type: String, nullable: true })
  reason!: string | null;
}
