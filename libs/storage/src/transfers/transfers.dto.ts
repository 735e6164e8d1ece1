import { TextField } from '@kubarr/platform/http';
import { TextsField } from '../paths-field.js';
import { LONGEST_PATH_TEXT } from '../storage.dto.js';

export class TransferRequest {
  @TextsField({
    description: 'Relative paths of files and folders',
    example: ['media/a.mkv', 'media/b.mkv'],
    maxLength: LONGEST_PATH_TEXT,
  })
  paths!: string[];

  @TextField({
    description: 'Relative path of the folder that they go to; empty text for the root',
    example: 'media/movies',
    maxLength: LONGEST_PATH_TEXT,
  })
  to!: string;
}
