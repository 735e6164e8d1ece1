import { BooleanField, IdListField, IntegerParameter, TextField } from '@kubarr/platform/http';
import { EMAIL_LENGTH, PASSWORD_LENGTH, USERNAME_LENGTH } from '../account-rules.js';

/** Most roles that one account may have. */
const MAX_ROLES = 50;

/** Most accounts in one answer. */
const LARGEST_LIST = 1_000;

export class UserParams {
  @IntegerParameter({ description: 'Number of the account', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  user_id!: number;
}

export class UserListQuery {
  @IntegerParameter({
    description: 'Accounts to skip',
    minimum: 0,
    maximum: 1_000_000,
    optional: true,
    default: 0,
  })
  skip = 0;

  @IntegerParameter({
    description: 'Most accounts in the response',
    minimum: 1,
    maximum: LARGEST_LIST,
    optional: true,
    default: 500,
  })
  limit = 500;
}

export class CreateUserRequest {
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

  @IdListField({ description: 'Ids of its roles', maxItems: MAX_ROLES, optional: true })
  role_ids?: number[] | null;
}

export class UpdateUserRequest {
  @TextField({
    description: 'New e-mail address',
    minLength: EMAIL_LENGTH.minimum,
    maxLength: EMAIL_LENGTH.maximum,
    format: 'email',
    optional: true,
  })
  email?: string | null;

  @BooleanField({ description: 'False = may not sign in; ends all sessions', optional: true })
  is_active?: boolean | null;

  @BooleanField({ description: 'False = waits for approval, and is signed out everywhere', optional: true })
  is_approved?: boolean | null;

  @IdListField({
    description: 'Ids of all its new roles; replaces the previous ones',
    maxItems: MAX_ROLES,
    optional: true,
  })
  role_ids?: number[] | null;
}

export class ResetPasswordRequest {
  @TextField({
    description: 'New password',
    minLength: PASSWORD_LENGTH.minimum,
    maxLength: PASSWORD_LENGTH.maximum,
    format: 'password',
  })
  new_password!: string;
}
