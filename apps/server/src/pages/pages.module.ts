import { Module } from '@nestjs/common';
import { SetupModule } from '@kubarr/setup';
import { DocsController } from './docs.controller.js';
import { DocsPages } from './docs-pages.js';
import { ApiDescription } from './openapi.js';
import { Pages } from './pages.js';
import { PagesController } from './pages.controller.js';
import { RegistrationPage } from './registration-page.js';
import { RegistrationPageController } from './registration-page.controller.js';
import { SetupTokenExchange } from './setup-token-exchange.js';

@Module({
  imports: [SetupModule],
  controllers: [DocsController, RegistrationPageController, PagesController],
  providers: [ApiDescription, DocsPages, Pages, RegistrationPage, SetupTokenExchange],
})
export class PagesModule {}
