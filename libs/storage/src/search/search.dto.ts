import { ApiProperty } from '@kubarr/platform/openapi';
import { BooleanParameter, IntegerParameter, TextField } from '@kubarr/platform/http';
import { FileInfoResponse, MAX_PATH_TEXT_LENGTH } from '../storage.dto.js';

export class SearchQuery {
  @TextField({
    description: 'Part of a name as in listings, case-insensitive',
    example: 'holiday',
    minLength: 1,
    maxLength: 255,
  })
  q!: string;

  @TextField({
    description: 'Relative path of the folder to search; empty for the whole storage',
    maxLength: MAX_PATH_TEXT_LENGTH,
    optional: true,
  })
  path?: string;

  @BooleanParameter({
    description: 'Include names that start with a dot, and the content of such folders',
    optional: true,
  })
  hidden?: boolean;

  @IntegerParameter({ description: 'Most results', minimum: 1, maximum: 500, default: 200, optional: true })
  limit?: number;
}

export class SearchResponse {
  @ApiProperty({ description: 'Matches in the order they were found', type: [FileInfoResponse] })
  items!: FileInfoResponse[];

  @ApiProperty({ description: 'Names that were compared', type: 'integer', minimum: 0 })
  visited!: number;

  @ApiProperty({
    description: 'Limit that stopped the search, so that there may be more matches; null when everything was searched',
    enum: ['results', 'names', 'time'],
    type: String,
    nullable: true,
  })
  stopped_by!: 'results' | 'names' | 'time' | null;
}
