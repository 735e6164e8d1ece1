import { ApiProperty } from '@kubarr/platform/openapi';
import { IntegerParameter } from '@kubarr/platform/http';
import { TextsField } from '../texts-field.js';
import { MAX_PATH_TEXT_LENGTH, PAGE_SIZE } from '../storage.dto.js';

export class PathsRequest {
  @TextsField({
    description: 'Relative paths of files and folders',
    example: ['media/old.mkv'],
    maxLength: MAX_PATH_TEXT_LENGTH,
  })
  paths!: string[];
}

export class TrashIdsRequest {
  @TextsField({ description: 'Ids from the list of the trash', example: ['019abc000000-1a2b3c4d5e6f'], maxLength: 25 })
  ids!: string[];
}

export class TrashQuery {
  @IntegerParameter({ description: 'Page, the first is 1', minimum: 1, maximum: 100_000, default: 1, optional: true })
  page?: number;

  @IntegerParameter({
    description: 'Items per page',
    minimum: 1,
    maximum: PAGE_SIZE,
    default: 200,
    optional: true,
  })
  per_page?: number;
}

export class TrashItemResponse {
  @ApiProperty({ description: 'Id in the trash', example: '019abc000000-1a2b3c4d5e6f' })
  id!: string;

  @ApiProperty({ description: 'Original name', example: 'old.mkv' })
  name!: string;

  @ApiProperty({ description: 'Original relative path', example: 'media/old.mkv' })
  path!: string;

  @ApiProperty({ description: 'Type of the entry', enum: ['file', 'directory', 'link', 'other'] })
  kind!: string;

  @ApiProperty({ description: 'Bytes; 0 for all but ordinary files', type: 'integer', format: 'int64', minimum: 0 })
  size!: number;

  @ApiProperty({ description: 'When it was deleted, UTC', format: 'date-time' })
  deleted_at!: string;

  @ApiProperty({ description: 'Who deleted it', type: String, nullable: true })
  deleted_by!: string | null;

  @ApiProperty({
    description: 'When it is deleted permanently, UTC; null = never',
    format: 'date-time',
    type: String,
    nullable: true,
  })
  expires_at!: string | null;
}

export class TrashListingResponse {
  @ApiProperty({ description: 'Newest first', type: [TrashItemResponse] })
  items!: TrashItemResponse[];

  @ApiProperty({ description: 'Items in the whole trash', type: 'integer', minimum: 0 })
  total_items!: number;

  @ApiProperty({ description: 'Number of this page', type: 'integer', minimum: 1 })
  page!: number;

  @ApiProperty({ description: 'Most items on a page', type: 'integer', minimum: 1 })
  per_page!: number;
}
