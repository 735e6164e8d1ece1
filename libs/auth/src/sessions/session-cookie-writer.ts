import { Injectable } from '@nestjs/common';
import { HttpConfig } from '@kubarr/platform/http';
import { type FastifyReply } from 'fastify';
import { type CookieChange, SESSION_SECONDS, type WithCookies } from './session-cookies.js';

/**
 * Writes the cookies of sign-in: not readable by scripts, sent to this site only, and over TLS only where there is TLS.
 */
@Injectable()
export class SessionCookieWriter {
  private readonly options;

  constructor({ publicUrl }: HttpConfig) {
    this.options = {
      path: '/',
      httpOnly: true,
      sameSite: 'lax' as const,
      secure: publicUrl?.startsWith('https:') ?? false,
    };
  }

  /** Sets or clears the cookies of a result and returns its answer. */
  async write<Answer>(reply: FastifyReply, result: Promise<WithCookies<Answer>>): Promise<Answer> {
    const { answer, cookies } = await result;
    this.set(reply, cookies);
    return answer;
  }

  /** Sets or clears the cookies and redirects the browser. */
  async redirect(
    reply: FastifyReply,
    result: Promise<{ location: string; cookies: readonly CookieChange[] }>,
  ): Promise<void> {
    const { location, cookies } = await result;
    this.set(reply, cookies);
    await reply.redirect(location, 303);
  }

  private set(reply: FastifyReply, cookies: readonly CookieChange[]): void {
    for (const { name, value, maxAgeSeconds = SESSION_SECONDS } of cookies) {
      if (value === undefined) void reply.clearCookie(name, this.options);
      else void reply.setCookie(name, value, { ...this.options, maxAge: maxAgeSeconds });
    }
  }
}
