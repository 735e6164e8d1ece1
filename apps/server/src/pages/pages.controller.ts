import { Controller, Get, Head, Param, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@kubarr/platform/openapi';
import { Public } from '@kubarr/access';
import { type FastifyReply } from 'fastify';
import { Pages } from './pages.js';
import { SetupTokenExchange } from './setup-token-exchange.js';

/** Every path that no other route answers: a page, a file of the pages, or 404. */
@ApiExcludeController()
@Controller()
export class PagesController {
  constructor(
    private readonly pages: Pages,
    private readonly tokenExchange: SetupTokenExchange,
  ) {}

  @Get('setup')
  @Public()
  async setup(@Query('token') token: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.tokenExchange.answer(token, reply);
  }

  @Get('*')
  @Public()
  page(@Param('*') path: string, @Res() reply: FastifyReply): void {
    this.pages.answer(path, reply);
  }

  @Head('*')
  @Public()
  headers(@Param('*') path: string, @Res() reply: FastifyReply): void {
    this.pages.answer(path, reply);
  }
}
