import { Injectable } from '@nestjs/common';
import { type SendOptions } from '@fastify/static';
import { PAGE_POLICY, RouteNotFound } from '@kubarr/platform/http';
import { type FastifyReply } from 'fastify';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OWN_FILES } from './pages.js';

interface Source {
  readonly directory: string;
  readonly options: SendOptions;
}

const OWN: Source = { directory: join(OWN_FILES, 'docs'), options: { cacheControl: false } };

/** Large, and changed only by an update: cached for a day. */
const SWAGGER: Source = {
  directory: dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')),
  options: { cacheControl: true, maxAge: '1d' },
};

/** Files of the page; the package has maps and other builds too. */
const FILES: ReadonlyMap<string, Source> = new Map([
  ['index.html', OWN],
  ['docs.js', OWN],
  ['docs.css', OWN],
  ['swagger-ui.css', SWAGGER],
  ['swagger-ui-bundle.js', SWAGGER],
]);

/** The page that shows the description of the API, with every script and style from our own origin. */
@Injectable()
export class DocsPages {
  /** @throws RouteNotFound when the page has no such file. */
  send(name: string, reply: FastifyReply): FastifyReply {
    const source = FILES.get(name);
    if (!source) throw new RouteNotFound();
    return reply
      .headers({ 'cache-control': 'no-cache', 'content-security-policy': PAGE_POLICY })
      .sendFile(name, source.directory, source.options);
  }
}
