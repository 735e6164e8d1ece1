import { ApiProperty } from '@kubarr/platform/openapi';

export class RoleInfo {
  @ApiProperty({ description: 'Number of the role', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Its name; admin may do everything' })
  name!: string;

  @ApiProperty({ description: 'What it is for', type: String, nullable: true })
  description!: string | null;
}

export class PreferencesAnswer {
  @ApiProperty({ description: 'Colours of the pages', enum: ['system', 'light', 'dark'] })
  theme!: string;
}

export class UserAnswer {
  @ApiProperty({ description: 'Number of the account', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Name to sign in with' })
  username!: string;

  @ApiProperty({ description: 'E-mail address; also good to sign in with' })
  email!: string;

  @ApiProperty({ description: 'False = may not sign in' })
  is_active!: boolean;

  @ApiProperty({ description: 'False = waits for an administrator' })
  is_approved!: boolean;

  @ApiProperty({ description: 'When the account was made, RFC 3339 in UTC', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'When it was changed last, RFC 3339 in UTC', format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ description: 'Roles the account has', type: [RoleInfo] })
  roles!: RoleInfo[];

  @ApiProperty({ description: 'What the person prefers' })
  preferences!: PreferencesAnswer;

  @ApiProperty({
    description: 'Union over all roles, sorted; app.<name> for each granted app, app.* for all',
    type: [String],
  })
  permissions!: string[];

  @ApiProperty({ description: 'Apps the person may open; * means all', type: [String] })
  allowed_apps!: string[];
}
