import { ApiProperty } from '@kubarr/platform/openapi';
import { IsUUID } from 'class-validator';

export class UploadParams {
  @ApiProperty({ description: 'Id of the upload, the last part of its Location', format: 'uuid' })
  @IsUUID(undefined, { message: 'must be a UUID' })
  id!: string;
}
