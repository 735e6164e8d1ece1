import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiExcludeController } from '@kubarr/platform/openapi';
import { Public } from '@kubarr/access';
import { type FastifyReply } from 'fastify';
import { MetricsExposition } from './metrics-exposition.js';

@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly exposition: MetricsExposition) {}

  @Get()
  @Public()
  async metrics(
    @Headers('authorization') authorization: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { contentType, text } = await this.exposition.onMainPort(authorization);
    await reply.header('content-type', contentType).send(text);
  }
}
