import { Injectable } from '@nestjs/common';
import { HttpConfig } from '@kubarr/platform/http';
import { KubarrError } from '@kubarr/platform/errors';
import { SETUP_COOKIE, SetupAccess } from '@kubarr/setup';
import { type FastifyReply } from 'fastify';
import { Pages } from './pages.js';

/**
 * Moves the one-time token of the printed address into an HttpOnly cookie and redirects to the address without it, so
 * that no history, bookmark or log keeps the token.
 */
@Injectable()
export class SetupTokenExchange {
  private readonly secure: boolean;

  constructor(
    private readonly access: SetupAccess,
    private readonly pages: Pages,
    { publicUrl }: HttpConfig,
  ) {
    this.secure = publicUrl?.startsWith('https:') ?? false;
  }

  /**
   * For a wrong token, sends the page that asks for the right one.
   *
   * @param token The query parameter as parsed: may be missing, or a list.
   */
  async answer(token: unknown, reply: FastifyReply): Promise<FastifyReply> {
    if (token === undefined) return this.pages.page(reply);
    void reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    if (typeof token !== 'string' || !(await this.isAccepted(token))) return this.pages.page(reply, 'no-store');
    return reply
      .setCookie(SETUP_COOKIE, token, { path: '/', httpOnly: true, sameSite: 'lax', secure: this.secure })
      .redirect('/setup', 303);
  }

  /**
   * Without the database the token cannot be checked: the page waits for the database, then comes back with the same
   * token.
   */
  private async isAccepted(token: string): Promise<boolean> {
    try {
      return await this.access.accepts(token);
    } catch (error) {
      if (error instanceof KubarrError && error.kind === 'unavailable') return false;
      throw error;
    }
  }
}
