import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { LONGEST_PATH_TEXT } from '../storage.dto.js';

export class CreateDirectoryRequest {
  @TextField({
    description: 'Relative path of the folder to make; missing ones above it are made too',
    example: 'media/movies/4k',
    minLength: 1,
    maxLength: LONGEST_PATH_TEXT,
  })
  path!: string;
}

export class RenameRequest {
  @TextField({ description: 'Relative path', example: 'media/notes.txt', minLength: 1, maxLength: LONGEST_PATH_TEXT })
  path!: string;

  @TextField({
    description: 'The new name, without a slash; escaped like the names of a listing',
    example: 'shopping.txt',
    minLength: 1,
    maxLength: 1_020,
  })
  name!: string;
}

export class SuccessMessage {
  @ApiProperty({ description: 'Always true', enum: [true] })
  success!: true;

  @ApiProperty({ description: 'What was done, for people', example: 'Directory made: media/movies/4k' })
  message!: string;
}

export class Renamed {
  @ApiProperty({ description: 'Relative path under the new name', example: 'media/shopping.txt' })
  path!: string;
}
