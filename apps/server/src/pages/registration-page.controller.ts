import { Controller, Get, Param, Res } from '@nestjs/common';
import { Public } from '@kubarr/access';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@kubarr/platform/openapi';
import { type FastifyReply } from 'fastify';
import { RegistrationPage } from './registration-page.js';

@ApiTags('Auth')
@Controller('auth/register')
export class RegistrationPageController {
  constructor(private readonly pages: RegistrationPage) {}

  @Get()
  @Public()
  @ApiOperation({ operationId: 'registerPage', summary: 'The page that an invite link opens' })
  @ApiQuery({ name: 'invite', description: 'Code of the invite', type: String, required: false })
  @ApiOkResponse({ description: 'A page', content: { 'text/html': { schema: { type: 'string' } } } })
  page(@Res() reply: FastifyReply): void {
    this.pages.send('register.html', reply);
  }

  @Get(':file')
  @Public()
  @ApiExcludeEndpoint()
  file(@Param('file') file: string, @Res() reply: FastifyReply): void {
    this.pages.send(file, reply);
  }
}
