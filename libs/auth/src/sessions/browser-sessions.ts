import { type Cookies } from '@kubarr/platform/http';
import { Injectable } from '@nestjs/common';
import { activeToken, readSlots, type SessionSlots } from './session-cookies.js';
import { SessionDirectory, type ResolvedSession } from './session-directory.js';
import { SessionTokens } from './session-tokens.js';

/** A live session together with where the browser keeps it. */
export interface SlotSession extends ResolvedSession {
  readonly slot: number;
  readonly token: string;
}

/** What the cookies of one browser stand for. */
export interface BrowserSessions {
  readonly slots: SessionSlots;
  /** Live sessions in slot order. */
  readonly live: readonly SlotSession[];
  /** The session that counts, by the same rule as everywhere. */
  readonly current: ResolvedSession | undefined;
}

/** Reads all sessions of a browser, with the full check for each. */
@Injectable()
export class BrowserSessionReader {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly directory: SessionDirectory,
  ) {}

  async read(cookies: Cookies): Promise<BrowserSessions> {
    const slots = readSlots(cookies);
    const live: SlotSession[] = [];
    for (const [slot, token] of slots.tokens.entries()) {
      const holder = token && (await this.sessionOf(token));
      if (holder) live.push({ ...holder, slot, token });
    }
    const token = activeToken(slots);
    const current = live.find((entry) => entry.token === token) ?? (token ? await this.sessionOf(token) : undefined);
    return { slots, live, current };
  }

  private async sessionOf(token: string): Promise<ResolvedSession | undefined> {
    const content = await this.tokens.verify(token);
    return content && this.directory.resolve(token, content.sid);
  }
}
