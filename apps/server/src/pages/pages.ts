import { Injectable } from '@nestjs/common';
import { type SendOptions } from '@fastify/static';
import { PAGE_POLICY, RouteNotFound } from '@kubarr/platform/http';
import { type FastifyReply } from 'fastify';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pageTarget } from './page-path.js';
import { NoIndexPage } from './pages.errors.js';
import { productPackage } from '@kubarr/platform/telemetry';
import { PagesConfig } from './pages.config.js';

/** Files that the pages of the product are made of, in its sources: the compiler does not copy them. */
export const OWN_FILES = join(productPackage().root, 'apps/server/src/pages/assets');

const INDEX = 'index.html';

/** A year: what has a hash in its name never changes. Given as options, so that a 404 is not cached that long. */
const IMMUTABLE: SendOptions = { cacheControl: true, maxAge: '365d', immutable: true };

/** May be stored, but is revalidated each time. */
const REVALIDATED: SendOptions = { cacheControl: false };

/**
 * The page itself is always sent whole: entity tags are made of size and time, and in images that are built to be
 * reproducible two releases of this small file may have both in common.
 */
const WITHOUT_VALIDATORS: SendOptions = { cacheControl: false, etag: false, lastModified: false };

/** The pages people see: a built web client where there is one, else the small pages of the product itself. */
@Injectable()
export class Pages {
  private readonly directory: string;

  constructor({ webDir }: PagesConfig) {
    this.directory = webDir ?? OWN_FILES;
  }

  /** @throws NoIndexPage when the configured folder holds no web client. */
  async assertComplete(): Promise<void> {
    await access(join(this.directory, INDEX)).catch((error: unknown) => {
      throw new NoIndexPage(this.directory, error);
    });
  }

  /** @throws RouteNotFound for what is neither a page nor a file of the pages. */
  answer(path: string, reply: FastifyReply): FastifyReply {
    const target = pageTarget(path);
    switch (target.kind) {
      case 'page':
        return this.page(reply);
      case 'file':
        return this.send(reply, target.name, target.isHashed ? IMMUTABLE : REVALIDATED);
      case 'nothing':
        throw new RouteNotFound();
    }
  }

  page(reply: FastifyReply, caching = 'no-cache'): FastifyReply {
    return this.send(reply, INDEX, WITHOUT_VALIDATORS, caching);
  }

  private send(reply: FastifyReply, name: string, options: SendOptions, caching = 'no-cache'): FastifyReply {
    return reply
      .headers({ 'cache-control': caching, 'content-security-policy': PAGE_POLICY })
      .sendFile(name, this.directory, options);
  }
}
