import { ApiProperty } from '@kubarr/platform/openapi';

export class SystemHealthResponse {
  @ApiProperty({ description: 'Always ok' })
  status!: 'ok';

  @ApiProperty({ description: 'An administrator exists' })
  ready!: boolean;

  @ApiProperty({ description: 'There is certainly no administrator yet' })
  setup_required!: boolean;
}

export class VersionResponse {
  @ApiProperty({ description: 'Version of the product' })
  version!: string;

  @ApiProperty({ description: 'Release channel', enum: ['dev', 'release', 'stable'] })
  channel!: string;

  @ApiProperty({ description: 'Commit it was built from' })
  commit_hash!: string;

  @ApiProperty({ description: 'When it was built' })
  build_time!: string;

  @ApiProperty({ description: 'Runtime of the server; always node' })
  backend!: string;
}

export class ReadinessResponse {
  @ApiProperty({ description: 'degraded when a part that is not critical has failed', enum: ['ok', 'degraded'] })
  status!: string;

  @ApiProperty({
    description: 'Status and message of each part, by name',
    type: 'object',
    additionalProperties: { type: 'object' },
  })
  details!: Record<string, unknown>;
}
