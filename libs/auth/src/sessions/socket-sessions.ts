import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { type Cookies } from '@kubarr/platform/http';
import { NotSignedIn } from '../auth.errors.js';
import { activeTokenOf } from './session-cookies.js';
import { SessionStrategy } from './session.strategy.js';

/**
 * The caller behind a socket. Sockets stay open for hours and are checked again and again; a cached session costs no
 * query.
 */
@Injectable()
export class SocketSessions {
  constructor(private readonly strategy: SessionStrategy) {}

  /** The caller as of now; `undefined` = not signed in, or not any more. Rejects while the database is unavailable. */
  async find(cookies: Cookies): Promise<SignedIn | undefined> {
    const token = activeTokenOf(cookies);
    if (token === undefined) return undefined;
    const caller = this.strategy.findCachedCaller(token) ?? (await this.strategy.findCaller(token));
    return caller?.mustEnrol ? undefined : caller; // setting up a second factor needs no socket
  }

  /** @throws NotSignedIn */
  async require(cookies: Cookies): Promise<SignedIn> {
    const caller = await this.find(cookies);
    if (!caller) throw new NotSignedIn();
    return caller;
  }
}
