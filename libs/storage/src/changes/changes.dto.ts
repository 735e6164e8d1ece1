import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { MAX_PATH_TEXT_LENGTH } from '../storage.dto.js';

export class CreateDirectoryRequest {
  @TextField({
    description: 'Relative path of the new folder; missing parents are created too',
    example: 'media/movies/4k',
    minLength: 1,
    maxLength: MAX_PATH_TEXT_LENGTH,
  })
  path!: string;
}

export class RenameRequest {
  @TextField({
    description: 'Relative path',
    example: 'media/notes.txt',
    minLength: 1,
    maxLength: MAX_PATH_TEXT_LENGTH,
  })
  path!: string;

  @TextField({
    description: 'The new name, without a slash; escaped like the names of a listing',
    example: 'shopping.txt',
    minLength: 1,
    maxLength: 1_020,
  })
  name!: string;
}

export class SuccessMessageResponse {
  @ApiProperty({ description: 'Always true', enum: [true] })
  success!: true;

  @ApiProperty({ description: 'What was done, for users', example: 'Directory made: media/movies/4k' })
  message!: string;
}

export class RenamedResponse {
  @ApiProperty({ description: 'Relative path under the new name', example: 'media/shopping.txt' })
  path!: string;
}
