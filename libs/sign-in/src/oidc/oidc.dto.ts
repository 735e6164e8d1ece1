import { ApiProperty, ApiPropertyOptional } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { IsBoolean, IsOptional, Matches } from 'class-validator';

const ID = /^[a-z][a-z0-9-]{1,31}$/;

export class OidcProviderParams {
  @ApiProperty({ description: 'Key of the provider, such as google', pattern: ID.source })
  @Matches(ID, { message: 'must be the key of a provider' })
  provider!: string;
}

export class AvailableProviderResponse {
  @ApiProperty({ description: 'Key of the provider' })
  id!: string;

  @ApiProperty({ description: 'Display name' })
  name!: string;
}

export class OidcProviderResponse {
  @ApiProperty({ description: 'Key of the provider' })
  id!: string;

  @ApiProperty({ description: 'Display name' })
  name!: string;

  @ApiProperty({ description: 'People may sign in with it' })
  enabled!: boolean;

  @ApiProperty({ description: 'Client id as registered there', type: String, nullable: true })
  client_id!: string | null;

  @ApiProperty({ description: 'Whether a client secret is stored; never returned' })
  has_secret!: boolean;

  @ApiProperty({ description: 'OpenID Connect issuer; its description is found below it' })
  issuer!: string;

  @ApiProperty({ description: 'Google or Microsoft: comes with the product' })
  is_built_in!: boolean;

  @ApiProperty({ description: 'Address to register there as redirect URI' })
  redirect_uri!: string;
}

export class UpdateOidcProviderRequest {
  @ApiPropertyOptional({ description: 'People may sign in with it' })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;

  @TextField({ description: 'Client id as registered there', maxLength: 255, optional: true })
  client_id?: string;

  @TextField({
    description: 'Client secret; empty or eight asterisks keep the stored one',
    maxLength: 1024,
    format: 'password',
    optional: true,
  })
  client_secret?: string;

  @TextField({
    description: 'Display name; not for Google and Microsoft',
    minLength: 1,
    maxLength: 64,
    optional: true,
  })
  name?: string;

  @TextField({
    description: 'OpenID Connect issuer, with https; not for Google and Microsoft',
    maxLength: 500,
    optional: true,
  })
  issuer?: string;
}

export class CreateOidcProviderRequest extends UpdateOidcProviderRequest {
  @ApiProperty({ description: 'Key of the provider: lower-case letters, digits and hyphens', pattern: ID.source })
  @Matches(ID, { message: 'must have 2 to 32 lower-case letters, digits or hyphens, and start with a letter' })
  id!: string;

  @TextField({ description: 'Display name', minLength: 1, maxLength: 64 })
  declare name: string;

  @TextField({ description: 'OpenID Connect issuer, with https', minLength: 8, maxLength: 500 })
  declare issuer: string;
}

export class LinkedAccountResponse {
  @ApiProperty({ description: 'Key of the provider' })
  provider!: string;

  @ApiProperty({ description: 'E-mail address there, when it was linked', type: String, nullable: true })
  email!: string | null;

  @ApiProperty({ description: 'Name there, when it was linked', type: String, nullable: true })
  display_name!: string | null;

  @ApiProperty({ description: 'When it was linked, RFC 3339 in UTC', format: 'date-time' })
  linked_at!: string;
}

export class UnlinkResponse {
  @ApiProperty({ description: 'Always true' })
  success!: true;

  @ApiProperty({ description: 'What happened, for users' })
  message!: string;
}
