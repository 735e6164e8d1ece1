import { Module } from '@nestjs/common';
import { SetupModule } from '@kubarr/setup';
import { DocsController } from './docs.controller.js';
import { DocsPages } from './docs-pages.js';
import { ApiDescription } from './openapi.js';
import { Pages } from './pages.js';
import { PagesController } from './pages.controller.js';
import { SetupHandOver } from './setup-hand-over.js';

@Module({
  imports: [SetupModule],
  controllers: [DocsController, PagesController],
  providers: [ApiDescription, DocsPages, Pages, SetupHandOver],
})
export class PagesModule {}
