import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { IsObject } from 'class-validator';

const CREDENTIAL = 'What the browser answered (PublicKeyCredential.toJSON()), passed on as it is';

export class PasskeyOptionsResponse {
  @ApiProperty({
    description: 'For the browser: PublicKeyCredential.parseCreationOptionsFromJSON, or parseRequestOptionsFromJSON',
    type: 'object',
    additionalProperties: true,
  })
  options!: object;
}

export class AddPasskeyRequest {
  @TextField({ description: 'Name, such as that of the device', minLength: 1, maxLength: 64 })
  name!: string;

  @ApiProperty({ description: CREDENTIAL, type: 'object', additionalProperties: true })
  @IsObject({ message: 'must be an object' })
  credential!: object;
}

export class PasskeyResponse {
  @ApiProperty({ description: 'Identity of the passkey' })
  id!: string;

  @ApiProperty({ description: 'Name chosen by its owner' })
  name!: string;

  @ApiProperty({ description: 'Backed up, such as in the cloud of a password manager' })
  is_backed_up!: boolean;

  @ApiProperty({ description: 'When it was added, RFC 3339 in UTC', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'When it signed in last', type: String, format: 'date-time', nullable: true })
  last_used_at!: string | null;
}

export class PasskeyAddedResponse {
  @ApiProperty({ description: 'The new passkey' })
  passkey!: PasskeyResponse;

  @ApiProperty({
    description: 'Eight recovery codes when this is the first second factor of the account, else none; shown this once',
    type: [String],
  })
  recovery_codes!: string[];
}

export class PasskeyParams {
  @TextField({ description: 'Identity of the passkey', minLength: 1, maxLength: 1400 })
  passkey_id!: string;
}

export class PasskeySignInOptionsRequest {
  @TextField({
    description: 'After a password: the passkey is the second factor',
    minLength: 1,
    maxLength: 254,
    optional: true,
  })
  username?: string | null;

  @TextField({ description: 'Password', minLength: 1, maxLength: 128, format: 'password', optional: true })
  password?: string | null;
}

export class PasskeySignInRequest {
  @ApiProperty({ description: CREDENTIAL, type: 'object', additionalProperties: true })
  @IsObject({ message: 'must be an object' })
  credential!: object;
}
