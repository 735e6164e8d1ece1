import { ApiProperty } from '@kubarr/platform/openapi';
import { BooleanField, IntegerParameter, TextField, TextListField } from '@kubarr/platform/http';

/** Most permissions and apps that one request may name. */
const LIST_LENGTH = { permissions: 1_000, apps: 500 };

export class RoleParams {
  @IntegerParameter({ description: 'Number of the role', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  role_id!: number;
}

export class CreateRoleRequest {
  @TextField({ description: 'Name, unique without regard to case', minLength: 1, maxLength: 64 })
  name!: string;

  @TextField({ description: 'Purpose of the role', maxLength: 500, optional: true })
  description?: string | null;

  @TextListField({
    description: 'Apps that the role opens; * for all of them',
    maxLength: 63,
    maxItems: LIST_LENGTH.apps,
    optional: true,
  })
  app_names?: string[] | null;

  @BooleanField({ description: 'True = members must have a second factor', optional: true, default: false })
  requires_2fa?: boolean | null;
}

export class UpdateRoleRequest {
  @TextField({ description: 'New name; not for system roles', minLength: 1, maxLength: 64, optional: true })
  name?: string | null;

  @TextField({ description: 'Description; an empty text removes it', maxLength: 500, optional: true })
  description?: string | null;

  @BooleanField({ description: 'True = members must have a second factor', optional: true })
  requires_2fa?: boolean | null;
}

export class SetRoleAppsRequest {
  @TextListField({
    description: 'Apps that the role opens, all of them: others are withdrawn',
    maxLength: 63,
    maxItems: LIST_LENGTH.apps,
  })
  app_names!: string[];
}

export class SetRolePermissionsRequest {
  @TextListField({
    description: 'Everything the role grants, app.<name> and app.* included: others are withdrawn',
    maxLength: 100,
    maxItems: LIST_LENGTH.permissions,
  })
  permissions!: string[];
}

export class RoleResponse {
  @ApiProperty({ description: 'Number of the role', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Its name; admin may do everything' })
  name!: string;

  @ApiProperty({ description: 'Purpose of the role', type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ description: 'System roles cannot be renamed or removed' })
  is_system!: boolean;

  @ApiProperty({ description: 'True = members must have a second factor' })
  requires_2fa!: boolean;

  @ApiProperty({ description: 'When it was made, RFC 3339 in UTC', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'Apps that it opens; * for all of them', type: [String] })
  app_names!: string[];

  @ApiProperty({ description: 'Everything it grants, app.<name> for each app included', type: [String] })
  permissions!: string[];
}

export class PermissionResponse {
  @ApiProperty({ description: 'The permission' })
  key!: string;

  @ApiProperty({ description: 'Category; App Access for single apps' })
  category!: string;

  @ApiProperty({ description: 'What it allows' })
  description!: string;
}
