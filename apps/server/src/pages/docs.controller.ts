import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { Public } from '@kubarr/access';
import { type FastifyReply } from 'fastify';
import { DocsPages } from './docs-pages.js';
import { ApiDescription } from './openapi.js';

@ApiTags('Docs')
@Controller('api')
export class DocsController {
  constructor(
    private readonly description: ApiDescription,
    private readonly pages: DocsPages,
  ) {}

  @Get('openapi.json')
  @Public()
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ operationId: 'getOpenApiDocument', summary: 'This description, for programs' })
  @ApiOkResponse({
    description: 'An OpenAPI 3.1 document',
    content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
  })
  document(): Promise<string> {
    return this.description.text();
  }

  @Get('docs')
  @Public()
  @ApiOperation({ operationId: 'getApiDocsPage', summary: 'This description, for people' })
  @ApiOkResponse({ description: 'A page', content: { 'text/html': { schema: { type: 'string' } } } })
  page(@Res() reply: FastifyReply): void {
    this.pages.send('index.html', reply);
  }

  @Get('docs/:file')
  @Public()
  @ApiExcludeEndpoint()
  file(@Param('file') file: string, @Res() reply: FastifyReply): void {
    this.pages.send(file, reply);
  }
}
