import { ApiProperty } from '@kubarr/platform/openapi';
import { IntegerParameter, TextField } from '@kubarr/platform/http';

export class TotpSetupResponse {
  @ApiProperty({ description: 'Secret for the authenticator app, base32 without padding' })
  secret!: string;

  @ApiProperty({ description: 'The secret as an otpauth:// URI for authenticator apps' })
  provisioning_uri!: string;

  @ApiProperty({ description: 'The address as a QR code: an SVG drawing' })
  qr_code!: string;
}

export class EnableTotpRequest {
  @TextField({ description: 'Six digits that the app shows now', minLength: 6, maxLength: 6, example: '492039' })
  code!: string;
}

export class TotpEnabledResponse {
  @ApiProperty({ description: 'What happened, for users' })
  message!: string;

  @ApiProperty({ description: 'Eight codes that replace the second factor once each; shown this once', type: [String] })
  recovery_codes!: string[];
}

export class SecondFactorStatusResponse {
  @ApiProperty({ description: 'An authenticator app is set up and counts' })
  enabled!: boolean;

  @ApiProperty({
    description: 'When a code proved it, RFC 3339 in UTC',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  verified_at!: string | null;

  @ApiProperty({ description: 'One of the roles requires a second factor' })
  required_by_role!: boolean;

  @ApiProperty({ description: 'Passkeys, which are second factors as well', type: 'integer', minimum: 0 })
  passkeys!: number;

  @ApiProperty({ description: 'Nothing else is open until a second factor is set up' })
  must_enrol!: boolean;
}

export class RecoveryCodeCountResponse {
  @ApiProperty({ description: 'Recovery codes that were not used yet', type: 'integer', minimum: 0 })
  remaining!: number;
}

export class RecoveryCodesResponse {
  @ApiProperty({ description: 'Eight new codes in place of all earlier ones; shown this once', type: [String] })
  recovery_codes!: string[];
}

export class SecondFactorStatisticsResponse {
  @ApiProperty({ description: 'All accounts', type: 'integer', minimum: 0 })
  total_users!: number;

  @ApiProperty({ description: 'Those with an authenticator app or a passkey', type: 'integer', minimum: 0 })
  enabled_count!: number;

  @ApiProperty({ description: 'The others', type: 'integer', minimum: 0 })
  disabled_count!: number;
}

export class FactorOwnerParams {
  @IntegerParameter({ description: 'Number of the account', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  user_id!: number;
}
