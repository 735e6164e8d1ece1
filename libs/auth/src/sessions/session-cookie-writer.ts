import { Injectable } from '@nestjs/common';
import { HttpConfig } from '@kubarr/platform/config';
import { type FastifyReply } from 'fastify';
import { SESSION_SECONDS, type WithCookies } from './session-cookies.js';

/** Writes session cookies: out of reach of scripts, sent to this site only, and over TLS only when there is TLS. */
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

  /** Sets or clears the cookies of a result and hands its answer on. */
  async write<Answer>(reply: FastifyReply, result: Promise<WithCookies<Answer>>): Promise<Answer> {
    const { answer, cookies } = await result;
    for (const { name, value } of cookies) {
      if (value === undefined) void reply.clearCookie(name, this.options);
      else void reply.setCookie(name, value, { ...this.options, maxAge: SESSION_SECONDS });
    }
    return answer;
  }
}
