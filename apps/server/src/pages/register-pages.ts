import { fastifyStatic } from '@fastify/static';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiDescription } from './openapi.js';

/** What the pages need of the application around them: to be told which one it is, and a way to send files. */
export async function registerPages(app: NestFastifyApplication): Promise<void> {
  app.get(ApiDescription).describe(app);
  await app.register(fastifyStatic, { serve: false, index: false, dotfiles: 'ignore', preCompressed: true });
}
