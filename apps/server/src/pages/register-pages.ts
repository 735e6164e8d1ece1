import { fastifyStatic } from '@fastify/static';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiDescription } from './openapi.js';
import { Pages } from './pages.js';

/**
 * What the pages need of the application around them: its instance, and a way to send files.
 *
 * @throws NoIndexPage, here rather than in a provider: Nest would log a stack beside the sentence.
 */
export async function registerPages(app: NestFastifyApplication): Promise<void> {
  await app.get(Pages).assertComplete();
  app.get(ApiDescription).describe(app);
  await app.register(fastifyStatic, { serve: false, index: false, dotfiles: 'ignore', preCompressed: true });
}
