import { ApiProperty } from '@kubarr/platform/openapi';
import { type EntryKind } from '@kubarr/file-tree';
import { BooleanParameter, ChoiceField, IntegerParameter, TextField } from '@kubarr/platform/http';

/** Longest path as text: 4 096 bytes, each of which may be written as `\xNN`. */
export const MAX_PATH_TEXT_LENGTH = 4 * 4_096;

/** Most items per page, and the default. */
export const PAGE_SIZE = 1_000;

export class BrowseQuery {
  @TextField({
    description: 'Relative path of a folder; empty or a slash means the root. Leading slashes are dropped',
    example: 'media',
    maxLength: MAX_PATH_TEXT_LENGTH,
    optional: true,
  })
  path?: string;

  @IntegerParameter({
    description: 'Page, the first is 1. Only the first 100 000 items can be listed',
    minimum: 1,
    maximum: 100_000,
    default: 1,
    optional: true,
  })
  page?: number;

  @IntegerParameter({
    description: 'Items per page',
    minimum: 1,
    maximum: PAGE_SIZE,
    default: PAGE_SIZE,
    optional: true,
  })
  per_page?: number;

  @BooleanParameter({ description: 'Include names that start with a dot', optional: true })
  hidden?: boolean;

  @ChoiceField({
    description: 'Sort key; folders always come first',
    choices: ['name', 'size', 'modified'],
    optional: true,
  })
  sort?: 'name' | 'size' | 'modified';

  @ChoiceField({ description: 'Sort direction', choices: ['asc', 'desc'], optional: true })
  order?: 'asc' | 'desc';
}

export class PathQuery {
  @TextField({
    description: 'Relative path. Leading slashes are dropped',
    example: 'media/notes.txt',
    maxLength: MAX_PATH_TEXT_LENGTH,
  })
  path!: string;
}

export class FileInfoResponse {
  @ApiProperty({
    description: 'Name. Bytes that are not valid UTF-8 are written as \\xNN, and a literal \\xNN in a name as \\x5cxNN',
    example: 'notes.txt',
  })
  name!: string;

  @ApiProperty({
    description: 'Relative to the storage root, forward slashes, no leading slash; escaped like the name',
    example: 'media/notes.txt',
  })
  path!: string;

  @ApiProperty({
    description: 'Symbolic links, devices, sockets and pipes count as file; they are listed and cannot be opened',
    enum: ['file', 'directory'],
  })
  type!: 'file' | 'directory';

  @ApiProperty({
    description: 'What it is; other is a device, socket or pipe',
    enum: ['file', 'directory', 'link', 'other'],
  })
  kind!: EntryKind;

  @ApiProperty({ description: 'Bytes; 0 for all but ordinary files', type: 'integer', format: 'int64', minimum: 0 })
  size!: number;

  @ApiProperty({ description: 'Last change, UTC, whole seconds, ending in Z', example: '2026-02-21T07:30:00Z' })
  modified!: string;

  @ApiProperty({ description: 'Octal mode bits without file type: three digits', example: '644' })
  permissions!: string;
}

export class DirectoryListingResponse {
  @ApiProperty({ description: 'Relative path of the listed folder; empty text for the root' })
  path!: string;

  @ApiProperty({
    description: 'null for the root, empty text for a first-level folder, else the relative path of its parent',
    type: String,
    nullable: true,
  })
  parent!: string | null;

  @ApiProperty({
    description: 'Folders first, then by the sort key; names are compared without regard to ASCII case',
    type: [FileInfoResponse],
  })
  items!: FileInfoResponse[];

  @ApiProperty({
    description: 'Items in the whole folder that match the query',
    type: 'integer',
    minimum: 0,
  })
  total_items!: number;

  @ApiProperty({ description: 'Number of this page', type: 'integer', minimum: 1 })
  page!: number;

  @ApiProperty({ description: 'Most items on a page', type: 'integer', minimum: 1 })
  per_page!: number;

  @ApiProperty({ description: 'The folder has more items after this page' })
  truncated!: boolean;
}

export class StorageStatsResponse {
  @ApiProperty({
    description: 'Size of the file system of the root, in bytes',
    type: 'integer',
    format: 'int64',
  })
  total_bytes!: number;

  @ApiProperty({ description: 'Bytes in use', type: 'integer', format: 'int64' })
  used_bytes!: number;

  @ApiProperty({ description: 'Bytes available to an unprivileged user', type: 'integer', format: 'int64' })
  free_bytes!: number;

  @ApiProperty({ description: 'Used of total in percent, 2 decimals; 0 when total is 0' })
  usage_percent!: number;
}
