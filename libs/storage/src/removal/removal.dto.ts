import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { MAX_PATH_TEXT_LENGTH } from '../storage.dto.js';

export class TreeContentResponse {
  @ApiProperty({ description: 'Relative path', example: 'media/old' })
  path!: string;

  @ApiProperty({ description: 'Text to type for confirmation', example: 'old' })
  name!: string;

  @ApiProperty({ description: 'Files on all levels', type: 'integer', minimum: 0 })
  files!: number;

  @ApiProperty({ description: 'Folders on all levels', type: 'integer', minimum: 0 })
  directories!: number;

  @ApiProperty({ description: 'Bytes of these files', type: 'integer', format: 'int64', minimum: 0 })
  bytes!: number;

  @ApiProperty({ description: 'False when counting stopped at its limit' })
  is_complete!: boolean;

  @ApiProperty({ description: 'Send this back with the typed name' })
  token!: string;

  @ApiProperty({ description: 'When the token expires, UTC', format: 'date-time' })
  expires_at!: string;
}

export class DeleteTreeRequest {
  @TextField({ description: 'Relative path', example: 'media/old', minLength: 1, maxLength: MAX_PATH_TEXT_LENGTH })
  path!: string;

  @TextField({ description: 'Name of the folder, typed by the user', example: 'old', maxLength: 1_020 })
  name!: string;

  @TextField({ description: 'Token from the GET request', maxLength: 100 })
  token!: string;
}

export class JobStartedResponse {
  @ApiProperty({
    description: 'Job that deletes the folder; null when another replica enqueued it after this one was slow',
    type: 'integer',
    nullable: true,
  })
  job_id!: number | null;
}
