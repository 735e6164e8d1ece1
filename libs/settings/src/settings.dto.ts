import { ApiProperty, schemaPath, ApiExtraModels } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';

export class SettingParameter {
  @TextField({ description: 'Key of the setting', minLength: 1, maxLength: 64 })
  key!: string;
}

export class SettingUpdate {
  @TextField({ description: 'New value, as text', maxLength: 1_000 })
  value!: string;
}

export class SettingAnswer {
  @ApiProperty({ description: 'Key of the setting' })
  key!: string;

  @ApiProperty({ description: 'Its value, as text; true or false for switches' })
  value!: string;

  @ApiProperty({ description: 'What it does', type: String, nullable: true })
  description!: string | null;
}

@ApiExtraModels(SettingAnswer)
export class SettingsAnswer {
  @ApiProperty({
    description: 'Settings by key',
    type: 'object',
    additionalProperties: { $ref: schemaPath(SettingAnswer) },
  })
  settings!: Record<string, SettingAnswer>;
}
