import { ApiProperty } from '@kubarr/platform/openapi';
import { IsUUID } from 'class-validator';

export class UploadParameter {
  @ApiProperty({ description: 'Identity of the upload, the last part of its Location', format: 'uuid' })
  @IsUUID(undefined, { message: 'must be a UUID' })
  id!: string;
}
