import { ApiProperty } from '@kubarr/platform/openapi';
import { BooleanParameter, IntegerParameter, TextField } from '@kubarr/platform/http';
import { FileInfo, LONGEST_PATH_TEXT } from '../storage.dto.js';

export class SearchQuery {
  @TextField({
    description: 'Part of a name as listings show it, upper and lower case alike',
    example: 'holiday',
    minLength: 1,
    maxLength: 255,
  })
  q!: string;

  @TextField({
    description: 'Relative path of the folder to search; empty for the whole storage',
    maxLength: LONGEST_PATH_TEXT,
    optional: true,
  })
  path?: string;

  @BooleanParameter({ description: 'Also names that begin with a dot, and what is in such folders', optional: true })
  hidden?: boolean;

  @IntegerParameter({ description: 'Most results', minimum: 1, maximum: 500, default: 200, optional: true })
  limit?: number;
}

export class SearchResult {
  @ApiProperty({ description: 'What was found, in the order of finding', type: [FileInfo] })
  items!: FileInfo[];

  @ApiProperty({ description: 'Names that were looked at', type: 'integer', minimum: 0 })
  visited!: number;

  @ApiProperty({
    description: 'Why there may be more: too many results, too many names, too much time; null when all was searched',
    enum: ['results', 'names', 'time'],
    type: String,
    nullable: true,
  })
  stopped_by!: 'results' | 'names' | 'time' | null;
}
