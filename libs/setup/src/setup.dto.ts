import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { EMAIL_LENGTH, PASSWORD_LENGTH, USERNAME_LENGTH } from '@kubarr/users';

export class SetupRequiredResponse {
  @ApiProperty({ description: 'True = there is certainly no administrator yet' })
  setup_required!: boolean;

  @ApiProperty({ description: 'True = the database does not answer yet; retry shortly' })
  database_pending!: boolean;
}

export class SetupStatusResponse {
  @ApiProperty({ description: 'Always true while this route answers' })
  setup_required!: boolean;

  @ApiProperty({ description: 'All components are in place' })
  bootstrap_complete!: boolean;

  @ApiProperty({ description: 'Name and storage path are saved' })
  server_configured!: boolean;

  @ApiProperty({ description: 'An administrator exists' })
  admin_user_exists!: boolean;

  @ApiProperty({ description: 'A storage path is saved' })
  storage_configured!: boolean;
}

export class InitializeSetupRequest {
  @TextField({
    description: 'User name of the administrator',
    minLength: USERNAME_LENGTH.minimum,
    maxLength: USERNAME_LENGTH.maximum,
  })
  admin_username!: string;

  @TextField({
    description: 'E-mail address of the administrator',
    minLength: EMAIL_LENGTH.minimum,
    maxLength: EMAIL_LENGTH.maximum,
    format: 'email',
  })
  admin_email!: string;

  @TextField({
    description: 'Password of the administrator',
    minLength: PASSWORD_LENGTH.minimum,
    maxLength: PASSWORD_LENGTH.maximum,
    format: 'password',
  })
  admin_password!: string;
}

export class ConfigureServerRequest {
  @TextField({ description: 'Name of this server', minLength: 1, maxLength: 100 })
  name!: string;

  @TextField({ description: 'Absolute path of the storage folder', minLength: 1, maxLength: 4_096 })
  storage_path!: string;
}

export class ServerResponse extends ConfigureServerRequest {}

export class AdministratorResponse {
  @ApiProperty({ description: 'Number of the account', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Its user name' })
  username!: string;

  @ApiProperty({ description: 'Its e-mail address' })
  email!: string;
}

export class SetupResultDataResponse {
  @ApiProperty({ description: 'The first administrator' })
  admin_user!: AdministratorResponse;

  @ApiProperty({ description: 'The server as configured' })
  server!: ServerResponse;
}

export class SetupResultResponse {
  @ApiProperty({ description: 'Always true' })
  success!: true;

  @ApiProperty({ description: 'What happened, for users' })
  message!: string;

  @ApiProperty({ description: 'The new administrator and server' })
  data!: SetupResultDataResponse;
}

export class GeneratedCredentialsResponse {
  @ApiProperty({ description: 'Suggested user name' })
  admin_username!: string;

  @ApiProperty({ description: 'Suggested e-mail address' })
  admin_email!: string;

  @ApiProperty({ description: 'Suggested password, not stored' })
  admin_password!: string;
}

export class PathQuery {
  @TextField({ description: 'Absolute path', minLength: 1, maxLength: 4_096 })
  path!: string;
}

export class BrowseQuery {
  @TextField({ description: 'Absolute path', maxLength: 4_096, optional: true })
  path?: string;
}

export class PathValidationResponse {
  @ApiProperty({ description: 'The path can be used' })
  valid!: boolean;

  @ApiProperty({ description: 'The folder exists' })
  exists!: boolean;

  @ApiProperty({ description: 'Files can be made in it' })
  writable!: boolean;

  @ApiProperty({ description: 'Result, for users' })
  message!: string;
}

export class DirectoryResponse {
  @ApiProperty({ description: 'Name of the folder' })
  name!: string;

  @ApiProperty({ description: 'Its absolute path' })
  path!: string;
}

export class BrowseResponse {
  @ApiProperty({ description: 'The folder that is listed' })
  path!: string;

  @ApiProperty({ description: 'The folder above, null at the top', type: String, nullable: true })
  parent!: string | null;

  @ApiProperty({ description: 'Folders in it, by name', type: [DirectoryResponse] })
  directories!: DirectoryResponse[];
}

export class ComponentResponse {
  @ApiProperty({ description: 'Key of the component' })
  component!: string;

  @ApiProperty({ description: 'Display name' })
  display_name!: string;

  @ApiProperty({ description: 'State of the component', enum: ['pending', 'installing', 'healthy', 'failed'] })
  status!: 'pending' | 'installing' | 'healthy' | 'failed';

  @ApiProperty({ description: 'Details, for users', type: String, nullable: true })
  message!: string | null;

  @ApiProperty({ description: 'Why it failed', type: String, nullable: true })
  error!: string | null;
}

export class ComponentsResponse {
  @ApiProperty({ description: 'Components in the order of the wizard', type: [ComponentResponse] })
  components!: ComponentResponse[];

  @ApiProperty({ description: 'All are healthy' })
  complete!: boolean;

  @ApiProperty({ description: 'The work has started' })
  started!: boolean;
}

export class ComponentsStartResponse {
  @ApiProperty({ description: 'What happens next, for users' })
  message!: string;

  @ApiProperty({ description: 'False when there is nothing left to do' })
  started!: boolean;
}

export class ComponentParams {
  @TextField({ description: 'Key of the component', minLength: 1, maxLength: 64 })
  component!: string;
}
