import { ApiProperty, schemaPath, ApiExtraModels } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';

export class SettingParams {
  @TextField({ description: 'Key of the setting', minLength: 1, maxLength: 64 })
  key!: string;
}

export class UpdateSettingRequest {
  @TextField({ description: 'New value, as text', maxLength: 1_000 })
  value!: string;
}

export class SettingResponse {
  @ApiProperty({ description: 'Key of the setting' })
  key!: string;

  @ApiProperty({ description: 'Value as text; true or false for switches' })
  value!: string;

  @ApiProperty({ description: 'What the setting does', type: String, nullable: true })
  description!: string | null;
}

@ApiExtraModels(SettingResponse)
export class SettingsResponse {
  @ApiProperty({
    description: 'Public settings by key',
    type: 'object',
    additionalProperties: { $ref: schemaPath(SettingResponse) },
  })
  settings!: Record<string, SettingResponse>;
}
