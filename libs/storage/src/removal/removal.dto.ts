import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { LONGEST_PATH_TEXT } from '../storage.dto.js';

export class TreeContent {
  @ApiProperty({ description: 'Relative path', example: 'media/old' })
  path!: string;

  @ApiProperty({ description: 'What has to be typed to confirm', example: 'old' })
  name!: string;

  @ApiProperty({ description: 'Files in it, all levels together', type: 'integer', minimum: 0 })
  files!: number;

  @ApiProperty({ description: 'Folders in it, all levels together', type: 'integer', minimum: 0 })
  directories!: number;

  @ApiProperty({ description: 'Bytes of these files', type: 'integer', format: 'int64', minimum: 0 })
  bytes!: number;

  @ApiProperty({ description: 'False when there is more than was counted' })
  is_complete!: boolean;

  @ApiProperty({ description: 'To be sent back with the typed name' })
  token!: string;

  @ApiProperty({ description: 'When the token ends, UTC', format: 'date-time' })
  expires_at!: string;
}

export class DeleteTreeRequest {
  @TextField({ description: 'Relative path', example: 'media/old', minLength: 1, maxLength: LONGEST_PATH_TEXT })
  path!: string;

  @TextField({ description: 'Name of the folder, typed by a person', example: 'old', maxLength: 1_020 })
  name!: string;

  @TextField({ description: 'The token of the question', maxLength: 100 })
  token!: string;
}

export class JobStarted {
  @ApiProperty({ description: 'The job that does it', type: 'integer' })
  job_id!: number;
}
