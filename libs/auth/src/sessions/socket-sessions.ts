import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { type Cookies } from '@kubarr/platform/http';
import { NotSignedIn } from '../auth.errors.js';
import { activeTokenOf } from './session-cookies.js';
import { SessionDirectory, callerOf } from './session-directory.js';
import { SessionTokens } from './session-tokens.js';

/** Who is behind a socket. A socket stays open for hours, so that this is asked again and again; warm it costs no query. */
@Injectable()
export class SocketSessions {
  constructor(
    private readonly directory: SessionDirectory,
    private readonly tokens: SessionTokens,
  ) {}

  /** The person as of now; `undefined` = nobody, or not any more. Fails while the database is away. */
  async find(cookies: Cookies): Promise<SignedIn | undefined> {
    const token = activeTokenOf(cookies);
    if (token === undefined) return undefined;
    const person = this.directory.getCached(token) ?? (await this.read(token));
    return person?.mustEnrol ? undefined : person; // setting up a second factor needs no socket
  }

  private async read(token: string): Promise<SignedIn | undefined> {
    const verified = await this.tokens.verify(token);
    const holder = verified && (await this.directory.resolve(token, verified.sid));
    return holder && callerOf(holder, holder.profile);
  }

  /** @throws NotSignedIn */
  async require(cookies: Cookies): Promise<SignedIn> {
    const person = await this.find(cookies);
    if (!person) throw new NotSignedIn();
    return person;
  }
}
