import { TextField } from '@kubarr/platform/http';
import { TextsField } from '../texts-field.js';
import { MAX_PATH_TEXT_LENGTH } from '../storage.dto.js';

export class TransferRequest {
  @TextsField({
    description: 'Relative paths of files and folders',
    example: ['media/a.mkv', 'media/b.mkv'],
    maxLength: MAX_PATH_TEXT_LENGTH,
  })
  paths!: string[];

  @TextField({
    description: 'Relative path of the target folder; empty text for the root',
    example: 'media/movies',
    maxLength: MAX_PATH_TEXT_LENGTH,
  })
  to!: string;
}
