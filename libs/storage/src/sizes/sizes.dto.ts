import { ApiProperty } from '@kubarr/platform/openapi';
import { TextField } from '@kubarr/platform/http';
import { MAX_PATH_TEXT_LENGTH } from '../storage.dto.js';

export class FolderQuery {
  @TextField({
    description: 'Relative path of a folder; empty for the root',
    example: 'media',
    maxLength: MAX_PATH_TEXT_LENGTH,
    optional: true,
  })
  path?: string;
}

export class DirectorySizeResponse {
  @ApiProperty({ description: 'Relative path', example: 'media/movies' })
  path!: string;

  @ApiProperty({ description: 'Bytes of all files on all levels', type: 'integer', format: 'int64' })
  bytes!: number;

  @ApiProperty({ description: 'Files, links, devices, sockets and pipes on all levels', type: 'integer' })
  files!: number;

  @ApiProperty({ description: 'Folders on all levels', type: 'integer' })
  directories!: number;

  @ApiProperty({ description: 'When the folder was measured, UTC', format: 'date-time' })
  measured_at!: string;
}

export class DirectorySizesResponse {
  @ApiProperty({
    description: 'The folder itself; null when it was never measured',
    type: DirectorySizeResponse,
    nullable: true,
  })
  total!: DirectorySizeResponse | null;

  @ApiProperty({
    description: 'Its largest subfolders that were measured',
    type: [DirectorySizeResponse],
  })
  folders!: DirectorySizeResponse[];
}
