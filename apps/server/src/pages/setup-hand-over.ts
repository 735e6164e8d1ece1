import { Injectable } from '@nestjs/common';
import { HttpConfig } from '@kubarr/platform/http';
import { KubarrError } from '@kubarr/platform/errors';
import { SETUP_COOKIE, SetupAccess } from '@kubarr/setup';
import { type FastifyReply } from 'fastify';
import { Pages } from './pages.js';

/**
 * Takes the one-time token of the printed address over into a cookie that scripts cannot read, and sends the browser to
 * the bare address, so that the token stays in no history, bookmark or log.
 */
@Injectable()
export class SetupHandOver {
  private readonly secure: boolean;

  constructor(
    private readonly access: SetupAccess,
    private readonly pages: Pages,
    { publicUrl }: HttpConfig,
  ) {
    this.secure = publicUrl?.startsWith('https:') ?? false;
  }

  /**
   * A wrong token leads to the page, which asks for a right one.
   *
   * @param token As the address has it: also missing, or several.
   */
  async answer(token: unknown, reply: FastifyReply): Promise<FastifyReply> {
    if (token === undefined) return this.pages.page(reply);
    void reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    if (typeof token !== 'string' || !(await this.isAccepted(token))) return this.pages.page(reply, 'no-store');
    return reply
      .setCookie(SETUP_COOKIE, token, { path: '/', httpOnly: true, sameSite: 'lax', secure: this.secure })
      .redirect('/setup', 303);
  }

  /** While the database is away the token cannot be checked: the page waits for it and comes back with the same token. */
  private async isAccepted(token: string): Promise<boolean> {
    try {
      return await this.access.accepts(token);
    } catch (error) {
      if (error instanceof KubarrError && error.kind === 'unavailable') return false;
      throw error;
    }
  }
}
