import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { LONGEST_PATH_TEXT } from '../storage.dto.js';

export class FolderQuery {
  @TextField({
    description: 'Relative path of a folder; empty for the root',
    example: 'media',
    maxLength: LONGEST_PATH_TEXT,
    optional: true,
  })
  path?: string;
}

export class DirectorySize {
  @ApiProperty({ description: 'Relative path', example: 'media/movies' })
  path!: string;

  @ApiProperty({ description: 'Bytes of all files in it, all levels together', type: 'integer', format: 'int64' })
  bytes!: number;

  @ApiProperty({ description: 'Files, links, devices, sockets and pipes in it', type: 'integer' })
  files!: number;

  @ApiProperty({ description: 'Folders in it', type: 'integer' })
  directories!: number;

  @ApiProperty({ description: 'When this was so, UTC', format: 'date-time' })
  measured_at!: string;
}

export class DirectorySizes {
  @ApiProperty({
    description: 'The folder itself; null when it was never measured',
    type: DirectorySize,
    nullable: true,
  })
  total!: DirectorySize | null;

  @ApiProperty({ description: 'The largest of the folders in it that were measured with it', type: [DirectorySize] })
  folders!: DirectorySize[];
}
