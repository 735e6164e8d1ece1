import { fastifyStatic } from '@fastify/static';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiDescription } from './openapi.js';
import { Pages } from './pages.js';

/**
 * Gives the pages the application, and Fastify a way to send files.
 *
 * @throws NoIndexPage, here rather than in a provider: Nest would log a stack beside the sentence.
 */
export async function registerPages(app: NestFastifyApplication): Promise<void> {
  await app.get(Pages).assertComplete();
  app.get(ApiDescription).describe(app);
  await app.register(fastifyStatic, { serve: false, index: false, dotfiles: 'ignore', preCompressed: true });
}
