import { Injectable } from '@nestjs/common';
import { PAGE_POLICY, RouteNotFound } from '@kubarr/platform/http';
import { type FastifyReply } from 'fastify';
import { OWN_FILES } from './pages.js';

/** Files of the page. Served from its own folder, because a built web client takes the addresses outside. */
const FILES: ReadonlySet<string> = new Set([
  'register.html',
  'register.js',
  'api.js',
  'dom.js',
  'form.js',
  'style.css',
  'dark.css',
  'favicon.svg',
]);

/** The page on which people make an account, with or without an invite. */
@Injectable()
export class RegistrationPage {
  /**
   * Not cached, because the address may contain an invite.
   *
   * @throws RouteNotFound when the page has no such file.
   */
  send(name: string, reply: FastifyReply): FastifyReply {
    if (!FILES.has(name)) throw new RouteNotFound();
    return reply
      .headers({
        'cache-control': name.endsWith('.html') ? 'no-store' : 'no-cache',
        'content-security-policy': PAGE_POLICY,
      })
      .sendFile(name, OWN_FILES, { cacheControl: false });
  }
}
